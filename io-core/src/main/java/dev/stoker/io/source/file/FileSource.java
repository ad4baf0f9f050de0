package dev.stoker.io.source.file;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.FolderItem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A tree of files. Links are followed as long as they stay below the tree: whoever may read a tree
 * must not read the rest of the machine through it.
 *
 * <p>Reads run on virtual threads, one each; a hanging mount hangs such a thread, while its future
 * ends at the deadline all the same (and the buffer stays the reader's until then: see {@link
 * #read}).
 */
public final class FileSource implements AssetSource {
  /** Java's reads copy through a buffer of this size at most; larger ones only cost memory. */
  private static final int READ_BYTES = 8 << 20;

  private final FileUri tree;
  private final Path root;

  public FileSource(FileUri tree) {
    this.tree = tree;
    this.root = tree.toLocalPath();
  }

  @Override
  public AssetInfo stat(AssetPath path, Deadline deadline) {
    Path file = local(path);
    try {
      AssetInfo info = info(path, file);
      if (info == null || !staysInside(file)) {
        throw new IoFailure.NotFound("Cannot look up " + file + ": it is not a regular file.");
      }
      return info;
    } catch (IOException e) {
      throw failure("look up", file, e);
    }
  }

  /**
   * A folder that is not there is most likely a file system that this machine has not mounted, or
   * lost. Hangs as long as the mount does.
   */
  @Override
  public void ping(Deadline deadline) {
    try {
      var _ = Files.readAttributes(root, BasicFileAttributes.class);
    } catch (AccessDeniedException e) {
      // It is there.
    } catch (NoSuchFileException e) {
      throw new IoFailure.Unavailable(
          "There is no " + root + " on this machine; mount what belongs there.", e);
    } catch (IOException e) {
      throw failure("look at", root, e);
    }
  }

  @Override
  public void list(AssetPath folder, Deadline deadline, Consumer<AssetInfo> each) {
    Path start = local(folder);
    if (Files.isRegularFile(start)) {
      each.accept(stat(folder, deadline));
      return;
    }
    if (!Files.exists(start)) {
      throw new IoFailure.NotFound("Cannot list " + start + ": there is no such folder.");
    }
    try {
      Files.walkFileTree(
          start,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          Integer.MAX_VALUE,
          new Walk(start, folder, deadline, each));
    } catch (IOException e) {
      throw failure("list", start, e);
    }
  }

  @Override
  public void listFolder(AssetPath folder, Deadline deadline, Consumer<FolderItem> each) {
    Path start = local(folder);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(start)) {
      if (!staysInside(start)) {
        throw new IoFailure.NotFound("Cannot list " + start + ": it leads out of its tree.");
      }
      for (Path file : files) {
        if (deadline.hasPassed()) {
          throw new IoFailure.TimedOut("Gave up listing " + start + " at its deadline.");
        }
        FolderItem item = item(folder, file);
        if (item != null) {
          each.accept(item);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw failure("list", start, Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw failure("list", start, e);
    }
  }

  private @Nullable FolderItem item(AssetPath folder, Path file) throws IOException {
    String name = file.getFileName().toString();
    if (!AssetPath.isName(name) || (Files.isSymbolicLink(file) && !leadsInside(file))) {
      return null;
    }
    if (Files.isDirectory(file)) {
      return new FolderItem(name, true, null);
    }
    try {
      AssetInfo info = info(folder.resolve(new AssetPath(name)), file);
      return info == null ? null : new FolderItem(name, false, info);
    } catch (NoSuchFileException e) {
      return null; // gone since its folder was read
    }
  }

  /** Whether a link leads to something that is there and below the tree. */
  private boolean leadsInside(Path link) {
    try {
      return staysInside(link);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public CompletableFuture<Void> read(
      AssetInfo pinned, ByteRange range, ByteBuffer into, Deadline deadline) {
    LocalRead done = new LocalRead();
    Thread.ofVirtual()
        .name("stoker-file-read")
        .start(
            () -> {
              try {
                readNow(pinned, range, into, deadline, done);
                done.complete(null);
              } catch (IOException e) {
                done.completeExceptionally(failure("read", local(pinned.path()), e));
              } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
              }
            });
    return done;
  }

  private void readNow(
      AssetInfo pinned, ByteRange range, ByteBuffer into, Deadline deadline, LocalRead done)
      throws IOException {
    Path file = local(pinned.path());
    int start = into.position();
    requirePinned(pinned, file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer target = into.slice(start, (int) range.lengthBytes());
      while (target.hasRemaining()) {
        if (done.isCancelWished()) {
          throw new CancellationException();
        }
        if (deadline.hasPassed()) {
          throw new IoFailure.TimedOut("Gave up reading " + file + " at its deadline.");
        }
        target.limit(Math.min(target.capacity(), target.position() + READ_BYTES));
        int got = channel.read(target, range.offset() + target.position());
        target.limit(target.capacity());
        if (got < 0) {
          throw changed(file);
        }
      }
    }
    requirePinned(pinned, file);
    into.position(start + (int) range.lengthBytes());
  }

  private static void requirePinned(AssetInfo pinned, Path file) throws IOException {
    AssetInfo now = info(pinned.path(), file);
    if (now == null || !now.version().equals(pinned.version())) {
      throw changed(file);
    }
  }

  private static IoFailure.Changed changed(Path file) {
    return new IoFailure.Changed(
        "Cannot read " + file + ": it is no longer the version that was pinned.");
  }

  @Override
  public String origin() {
    return tree.origin();
  }

  @Override
  public void close() {}

  private Path local(AssetPath path) {
    return path.isRoot() ? root : root.resolve(path.value());
  }

  private boolean staysInside(Path file) throws IOException {
    return file.toRealPath().startsWith(root.toRealPath());
  }

  /** Null for what is no regular file. */
  private static @Nullable AssetInfo info(AssetPath path, Path file) throws IOException {
    Map<String, Object> found =
        Files.readAttributes(file, "unix:isRegularFile," + LocalStamp.ATTRIBUTES);
    if (!Boolean.TRUE.equals(found.get("isRegularFile"))) {
      return null;
    }
    AssetVersion.FileStamp stamp = LocalStamp.of(found);
    Instant modified = LocalStamp.time(found, "lastModifiedTime").toInstant();
    return new AssetInfo(path, stamp, stamp.lengthBytes(), modified, null);
  }

  private static IoFailure failure(String verb, Path file, IOException e) {
    String cannot = "Cannot " + verb + " " + file + ": ";
    return switch (e) {
      case NoSuchFileException _, NotDirectoryException _ ->
          new IoFailure.NotFound(cannot + "there is no such file.");
      case AccessDeniedException _ -> new IoFailure.Denied(cannot + "this user may not read it.");
      default -> new IoFailure.Unavailable(cannot + e.getMessage() + ".", e);
    };
  }

  /** Tells of every regular file, in the order of the folders. */
  private final class Walk extends SimpleFileVisitor<Path> {
    private final Path start;
    private final AssetPath folder;
    private final Deadline deadline;
    private final Consumer<AssetInfo> each;

    Walk(Path start, AssetPath folder, Deadline deadline, Consumer<AssetInfo> each) {
      this.start = start;
      this.folder = folder;
      this.deadline = deadline;
      this.each = each;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      return Files.isSymbolicLink(directory) && !staysInside(directory)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (deadline.hasPassed()) {
        throw new IoFailure.TimedOut("Gave up listing " + start + " at its deadline.");
      }
      if (!attributes.isRegularFile() || (Files.isSymbolicLink(file) && !staysInside(file))) {
        return FileVisitResult.CONTINUE;
      }
      AssetPath path = folder.resolve(AssetPath.of(start.relativize(file).toString()));
      AssetInfo info = info(path, file);
      if (info != null) {
        each.accept(info);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      // Gone since its folder was read, a link to nowhere or in a circle: no file.
      boolean unreadable = e instanceof AccessDeniedException;
      if (unreadable && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
