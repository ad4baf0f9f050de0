package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.publish.blob.Xxh64;
import dev.stoker.io.source.file.LocalStamp;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * This machine's files, kernel mounts among them; its top is {@code /}.
 *
 * <p>Deadlines are looked at between system calls: a hard NFS mount whose server is gone holds a
 * call for as long as the kernel does.
 *
 * @param steps every step that changes it
 */
record LocalTree(FileSteps steps) implements OutputTree {
  /** As one NFS WRITE of the common servers; larger pieces copy no faster. */
  private static final int PIECE_BYTES = 1 << 20;

  private static Path local(AssetPath path) {
    return new FileUri(path, false).toLocalPath();
  }

  @Override
  public String show(AssetPath path) {
    return local(path).toString();
  }

  @Override
  public @Nullable Entry look(AssetPath path) throws IOException {
    try {
      Map<String, Object> read =
          Files.readAttributes(
              local(path),
              "unix:isRegularFile,isDirectory," + LocalStamp.ATTRIBUTES,
              LinkOption.NOFOLLOW_LINKS);
      return new Entry(
          LocalStamp.of(read),
          Boolean.TRUE.equals(read.get("isRegularFile")),
          Boolean.TRUE.equals(read.get("isDirectory")));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public AssetPath real(AssetPath folder) throws IOException {
    return FileUri.of(local(folder).toRealPath()).path();
  }

  @Override
  public List<String> names(AssetPath folder) throws IOException {
    Path local = local(folder);
    if (!Files.isDirectory(local, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(local)) {
      stream.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
    } catch (NoSuchFileException | NotDirectoryException e) {
      // Tidied away between the look and the listing.
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  @Override
  public String checksum(AssetPath file, AssetVersion.FileStamp stamp) throws IOException {
    Xxh64 checksum = new Xxh64();
    try (Arena arena = Arena.ofConfined();
        FileChannel channel =
            FileChannel.open(local(file), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      ByteBuffer piece = arena.allocate(PIECE_BYTES).asByteBuffer();
      while (channel.read(piece.clear()) >= 0) {
        checksum.update(piece.flip());
      }
    }
    return checksum.text();
  }

  @Override
  public String write(AssetPath newFile, OpenOutput source, Deadline deadline) throws IOException {
    Path local = local(newFile);
    FileChannel created = steps.create(local);
    Xxh64 checksum = new Xxh64();
    boolean complete = false;
    try (Arena arena = Arena.ofConfined();
        FileChannel out = created) {
      ByteBuffer piece = arena.allocate(PIECE_BYTES).asByteBuffer();
      for (long at = 0; at < source.lengthBytes(); at += piece.limit()) {
        if (deadline.hasPassed()) {
          throw new IoFailure.TimedOut("The time ran out while staging " + local + ".");
        }
        piece.clear().limit((int) Math.min(PIECE_BYTES, source.lengthBytes() - at));
        source.read(piece, at);
        checksum.update(piece.flip());
        while (piece.hasRemaining()) {
          out.write(piece);
        }
      }
      source.requireUnchanged();
      out.force(true);
      complete = true;
      return checksum.text();
    } finally {
      if (!complete) {
        steps.remove(local);
      }
    }
  }

  @Override
  public void makeFolder(AssetPath folder) throws IOException {
    steps.makeFolder(local(folder));
  }

  @Override
  public void link(AssetPath existing, AssetPath name) throws IOException {
    steps.link(local(existing), local(name));
  }

  @Override
  public void rename(AssetPath from, AssetPath to) throws IOException {
    steps.rename(local(from), local(to));
  }

  @Override
  public void remove(AssetPath path) throws IOException {
    steps.remove(local(path));
  }

  @Override
  public void syncFolder(AssetPath folder) throws IOException {
    steps.syncFolder(local(folder));
  }
}
