package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.source.nfs.NfsServers;
import dev.stoker.io.source.nfs.NfsTree;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A file or folder on an NFS server. Data goes to a name beside the final one, then is renamed, or
 * linked where the name must be new.
 */
final class NfsTarget implements PushTarget {
  private static final int PIECE_BYTES = 4 << 20;

  private final NfsServers servers;
  private final NfsUri root;
  private final Set<AssetPath> folders = ConcurrentHashMap.newKeySet();

  NfsTarget(NfsServers servers, NfsUri root) {
    this.servers = servers;
    this.root = root;
  }

  NfsTree tree(Deadline deadline) {
    return NfsTree.open(servers, root, deadline);
  }

  AssetPath inExport(NfsTree tree, AssetPath path) {
    return tree.pathOf(root.resolve(path));
  }

  @Override
  public Map<AssetPath, Existing> list(Deadline deadline) {
    Map<AssetPath, Existing> found = new HashMap<>();
    NfsTree tree = tree(deadline);
    tree.list(inExport(tree, AssetPath.ROOT), info -> found.put(info.path(), existing(info)));
    return found;
  }

  private static Existing existing(AssetInfo info) {
    return new Existing(info.lengthBytes(), info.modified(), null, null, "");
  }

  @Override
  public @Nullable Existing find(AssetPath path, Deadline deadline) {
    NfsTree tree = tree(deadline);
    NfsTree.Entry found = tree.look(inExport(tree, path));
    if (found == null) {
      return null;
    }
    if (found.isFolder()) {
      throw new IoFailure.Invalid(
          "Cannot push a file to "
              + root.resolve(path)
              + ": that is a folder; end it in '/' to push into it.");
    }
    AssetVersion.FileStamp stamp = found.stamp();
    return new Existing(stamp.lengthBytes(), instant(stamp.modifiedNanos()), null, null, "");
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
  }

  @Override
  public AssetVersion write(
      LocalFile asWalked,
      WriteCondition condition,
      @Nullable FileLook look,
      Deadline deadline,
      LongConsumer sent) {
    LocalFile file = asWalked.again();
    NfsTree tree = tree(deadline);
    AssetPath destination = inExport(tree, file.path());
    AssetPath part =
        destination.parent().resolve(new AssetPath(FileTarget.PART_PREFIX + UUID.randomUUID()));
    try (FileChannel in = FileChannel.open(file.file(), StandardOpenOption.READ)) {
      makeFolders(tree, destination.parent());
      long written;
      try {
        tree.write(part, new LocalBytes(file, in), file.modified(), sent);
        file.requireUnchanged();
        written = stampAt(tree, part).fileId();
        switch (condition) {
          case WriteCondition.Anything _ -> tree.rename(part, destination);
          case WriteCondition.Nothing _ -> tree.link(part, destination);
          case WriteCondition.Version(AssetVersion version) -> {
            requireAt(tree, destination, version);
            tree.rename(part, destination);
          }
        }
      } finally {
        removePart(tree, part);
      }
      AssetVersion.FileStamp now = stampAt(tree, destination);
      if (now.fileId() != written) {
        throw new IoFailure.Fenced(
            "Somebody replaced " + root.resolve(file.path()) + " while it was written.");
      }
      return now;
    } catch (FileAlreadyExistsException e) {
      throw new IoFailure.Fenced(
          "Cannot write " + root.resolve(file.path()) + ": it exists by now.");
    } catch (IOException e) {
      folders.clear(); // one that was known may be gone
      throw new IoFailure.Disk(
          "Cannot push " + file.file() + " to " + root.resolve(file.path()) + ": " + e + ".", e);
    }
  }

  /** Also when whoever pushes was interrupted: nobody else would remove it. */
  private static void removePart(NfsTree tree, AssetPath part) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      tree.remove(part);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  static AssetVersion.FileStamp stampAt(NfsTree tree, AssetPath path) {
    NfsTree.Entry found = tree.look(path);
    if (found == null) {
      throw new IoFailure.Fenced("Somebody took " + tree.show(path) + " away.");
    }
    return found.stamp();
  }

  /** There is that version. */
  static void requireAt(NfsTree tree, AssetPath path, AssetVersion version) {
    if (!stampAt(tree, path).equals(version)) {
      throw new IoFailure.Fenced(
          "Cannot replace " + tree.show(path) + ": somebody else changed it.");
    }
  }

  /** Makes what is missing of a folder and those above it. */
  private void makeFolders(NfsTree tree, AssetPath folder) throws IOException {
    if (folder.isRoot() || folders.contains(folder)) {
      return;
    }
    NfsTree.Entry found = tree.look(folder);
    if (found == null) {
      makeFolders(tree, folder.parent());
      try {
        tree.makeFolder(folder);
      } catch (FileAlreadyExistsException e) {
        // Another file's push was faster.
      } catch (NoSuchFileException e) {
        folders.clear(); // somebody took a folder away that we had made
        throw e;
      }
    }
    folders.add(folder);
  }

  @Override
  public boolean holdsBytesOf(LocalFile file, Existing existing, Deadline deadline) {
    NfsTree tree = tree(deadline);
    AssetPath path = inExport(tree, file.path());
    NfsTree.Entry found = tree.look(path);
    if (found == null || !found.isFile() || found.stamp().lengthBytes() != file.lengthBytes()) {
      return false;
    }
    try (FileChannel in = FileChannel.open(file.file(), StandardOpenOption.READ);
        Arena arena = Arena.ofShared()) {
      LocalBytes local = new LocalBytes(file, in);
      int size = Math.clamp(file.lengthBytes(), 1, PIECE_BYTES);
      ByteBuffer ours = arena.allocate(size).asByteBuffer();
      ByteBuffer theirs = arena.allocate(size).asByteBuffer();
      for (long at = 0; at < file.lengthBytes(); at += size) {
        int count = (int) Math.min(size, file.lengthBytes() - at);
        local.read(ours.clear().limit(count), at);
        tree.read(path, found.stamp(), at, theirs.clear().limit(count));
        if (!ours.flip().equals(theirs.flip())) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }

  @Override
  public void close() {}

  /** A file of this machine, read while it is pushed. */
  private record LocalBytes(LocalFile file, FileChannel channel) implements NfsTree.Content {
    @Override
    public long lengthBytes() {
      return file.lengthBytes();
    }

    @Override
    public void read(ByteBuffer into, long offset) {
      try {
        long at = offset;
        while (into.hasRemaining()) {
          int count = channel.read(into, at);
          if (count < 0) {
            throw file.changed();
          }
          at += count;
        }
      } catch (IOException e) {
        throw file.unreadable(e);
      }
    }
  }
}
