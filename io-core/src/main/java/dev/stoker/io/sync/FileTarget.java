package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A file or folder on a file system. Data goes to a name beside the final one, then is renamed. */
final class FileTarget implements PushTarget {
  /** The kernel copies this much between two looks at the deadline. */
  private static final long PIECE_BYTES = 64 << 20;

  /** How a file is called until it is complete. */
  static final String PART_PREFIX = ".stoker-part-";

  private final Path root;

  FileTarget(Path root) {
    this.root = root;
  }

  @Override
  public Map<AssetPath, Existing> list(Deadline deadline) {
    Map<AssetPath, Existing> found = new HashMap<>();
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return found;
    }
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile()) {
                found.put(AssetPath.of(root.relativize(file).toString()), existing(attributes));
              }
              return FileVisitResult.CONTINUE;
            }
          });
      return found;
    } catch (IOException e) {
      throw new IoFailure.Disk("Cannot list " + root + ": " + e + ".", e);
    }
  }

  @Override
  public @Nullable Existing find(AssetPath path, Deadline deadline) {
    try {
      BasicFileAttributes found =
          Files.readAttributes(local(path), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (found.isDirectory()) {
        throw new IoFailure.Invalid(
            "Cannot push a file to "
                + local(path)
                + ": that is a folder; end it in '/' to push into it.");
      }
      return existing(found);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new IoFailure.Disk("Cannot look at " + local(path) + ": " + e + ".", e);
    }
  }

  @Override
  public AssetVersion write(
      LocalFile asWalked,
      WriteCondition condition,
      @Nullable FileLook look,
      Deadline deadline,
      LongConsumer sent) {
    LocalFile file = asWalked.again();
    Path destination = local(file.path());
    Path part = destination.resolveSibling(PART_PREFIX + UUID.randomUUID());
    try {
      Files.createDirectories(part.resolveSibling(""));
      AssetVersion.FileStamp written;
      try {
        copy(file, part, deadline, sent);
        file.requireUnchanged();
        if (look != null) {
          FileStamps.setLook(part, look);
        }
        Files.setLastModifiedTime(part, FileTime.from(file.modified()));
        written = FileStamps.of(part);
        switch (condition) {
          case WriteCondition.Anything _ ->
              Files.move(part, destination, StandardCopyOption.ATOMIC_MOVE);
          case WriteCondition.Nothing _ -> moveToNew(part, destination);
          case WriteCondition.Version(AssetVersion version) -> {
            FileStamps.require(destination, version);
            Files.move(part, destination, StandardCopyOption.ATOMIC_MOVE);
          }
        }
      } finally {
        Files.deleteIfExists(part);
      }
      return FileStamps.afterMove(destination, written);
    } catch (FileAlreadyExistsException e) {
      throw new IoFailure.Fenced("Cannot write " + destination + ": it exists by now.");
    } catch (IOException e) {
      throw new IoFailure.Disk(
          "Cannot push " + file.file() + " to " + destination + ": " + e + ".", e);
    }
  }

  private static void moveToNew(Path part, Path destination) throws IOException {
    try {
      Files.createLink(destination, part);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | IOException e) {
      // No LINK here, as on exFAT: between the look inside and the RENAME, a new file is lost.
      Files.move(part, destination);
    }
  }

  @Override
  public boolean holdsBytesOf(LocalFile file, Existing existing, Deadline deadline) {
    try {
      return Files.mismatch(file.file(), local(file.path())) < 0;
    } catch (IOException e) {
      throw new IoFailure.Disk(
          "Cannot compare " + file.file() + " with " + local(file.path()) + ": " + e + ".", e);
    }
  }

  @Override
  public void close() {}

  private static void copy(LocalFile file, Path part, Deadline deadline, LongConsumer sent)
      throws IOException {
    try (FileChannel in = FileChannel.open(file.file(), StandardOpenOption.READ);
        FileChannel out =
            FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long at = 0; at < file.lengthBytes(); ) {
        if (deadline.hasPassed()) {
          throw new IoFailure.TimedOut("The time ran out while pushing " + file.file() + ".");
        }
        long copied = in.transferTo(at, Math.min(PIECE_BYTES, file.lengthBytes() - at), out);
        if (copied <= 0) {
          throw file.changed();
        }
        at += copied;
        sent.accept(copied);
      }
    }
  }

  private static Existing existing(BasicFileAttributes found) {
    return new Existing(found.size(), found.lastModifiedTime().toInstant(), null, null, "");
  }

  private Path local(AssetPath path) {
    return path.isRoot() ? root : root.resolve(path.value());
  }
}
