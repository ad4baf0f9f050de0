package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.publish.blob.Xxh64;
import dev.stoker.io.source.nfs.NfsServers;
import dev.stoker.io.source.nfs.NfsTree;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An export of an NFS server, for as long as one deadline allows.
 *
 * <p>The server has names on stable storage before it answers (RFC 1813 §4.7), so there is nothing
 * to sync in folders.
 */
record NfsOutputTree(NfsTree tree) implements OutputTree {
  private static final int PIECE_BYTES = 8 << 20;

  static NfsOutputTree of(NfsServers servers, NfsUri uri, Deadline deadline) {
    return new NfsOutputTree(NfsTree.open(servers, uri, deadline));
  }

  AssetPath pathOf(NfsUri uri) {
    return tree.pathOf(uri);
  }

  @Override
  public String show(AssetPath path) {
    return tree.show(path);
  }

  @Override
  public @Nullable Entry look(AssetPath path) {
    NfsTree.Entry found = tree.look(path);
    return found == null ? null : new Entry(found.stamp(), found.isFile(), found.isFolder());
  }

  @Override
  public AssetPath real(AssetPath folder) throws IOException {
    return tree.real(folder);
  }

  @Override
  public List<String> names(AssetPath folder) {
    return tree.names(folder);
  }

  @Override
  public String checksum(AssetPath file, AssetVersion.FileStamp stamp) {
    Xxh64 checksum = new Xxh64();
    try (Arena arena = Arena.ofShared()) {
      ByteBuffer piece =
          arena.allocate(Math.clamp(stamp.lengthBytes(), 1, PIECE_BYTES)).asByteBuffer();
      for (long at = 0; at < stamp.lengthBytes(); at += piece.limit()) {
        piece.clear().limit((int) Math.min(piece.capacity(), stamp.lengthBytes() - at));
        tree.read(file, stamp, at, piece);
        checksum.update(piece.flip());
      }
    }
    return checksum.text();
  }

  @Override
  public String write(AssetPath newFile, OpenOutput source, Deadline deadline) throws IOException {
    Xxh64 checksum = new Xxh64();
    NfsTree.Content content =
        new NfsTree.Content() {
          private long summed;

          @Override
          public long lengthBytes() {
            return source.lengthBytes();
          }

          @Override
          public void read(ByteBuffer into, long offset) {
            ByteBuffer piece = into.slice();
            source.read(into, offset);
            // In order the first time; what is sent again was summed already.
            if (offset == summed) {
              checksum.update(piece);
              summed += piece.limit();
            }
          }
        };
    tree.write(newFile, content, null, bytes -> {});
    source.requireUnchanged();
    return checksum.text();
  }

  @Override
  public void makeFolder(AssetPath folder) throws IOException {
    tree.makeFolder(folder);
  }

  @Override
  public void link(AssetPath existing, AssetPath name) throws IOException {
    tree.link(existing, name);
  }

  @Override
  public void rename(AssetPath from, AssetPath to) throws IOException {
    tree.rename(from, to);
  }

  @Override
  public void remove(AssetPath path) throws IOException {
    tree.remove(path);
  }

  @Override
  public void syncFolder(AssetPath folder) {}
}
