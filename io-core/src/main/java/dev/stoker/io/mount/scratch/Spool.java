package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.mount.fuse.Call;
import dev.stoker.io.mount.fuse.TreeFailure;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.OpenFlag;
import dev.stoker.io.posix.PosixException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Disk for what is written: a folder of its own for each tree, with a ceiling. What the origin has
 * by now is kept for readers until the room is wanted; then the longest unused goes first.
 *
 * <p>Thread-safe. Whoever takes room holds the lock of one file; other files' locks are only tried.
 */
final class Spool implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Spool.class.getName());

  private static final String RECORD = ".record";
  private static final int FILE_MODE = 0600;

  /** What is stored meanwhile is looked for at least this often. */
  private static final long LOOK_MILLIS = 100;

  private final Path files;
  private final FileHandle owner;
  private final long ceilingBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();
  // Guarded by lock: all below.
  private final LinkedHashSet<ScratchFile> clean = new LinkedHashSet<>();
  private long usedBytes;
  private long lastId;

  private Spool(Path files, FileHandle owner, long ceilingBytes) {
    this.files = files;
    this.owner = owner;
    this.ceilingBytes = ceilingBytes;
  }

  /** What an earlier mount did not store. */
  record Leftover(SpoolRecord record, SpoolFile file, long lengthBytes, long modifiedNanos) {}

  /** Whoever stores files can make room. */
  interface Storing {
    /** Whether something is to be stored that nobody has open. */
    boolean hasWork();

    /** Store it now. */
    void hurry();
  }

  /**
   * Takes the spool of a tree over.
   *
   * @param uri canonical, with the project that it is read as
   * @throws IoFailure.Disk when it cannot be used, or another mount of that tree has it
   */
  static Spool open(Path top, String uri, long ceilingBytes) {
    Path folder = top.resolve(nameOf(uri));
    try {
      Files.createDirectories(top);
      if (!Files.isDirectory(folder)) {
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      Files.createDirectories(folder.resolve("files"));
      Files.writeString(folder.resolve("uri"), uri + "\n");
      FileHandle owner =
          FileHandle.open(folder.resolve("lock"), FILE_MODE, OpenFlag.CREATE, OpenFlag.WRITE);
      if (!owner.tryLock()) {
        owner.close();
        throw new IoFailure.Disk(
            "Cannot write to "
                + uri
                + ": another mount of it has the spool "
                + folder
                + "; unmount that, or name another --spool.",
            null);
      }
      return new Spool(folder.resolve("files"), owner, ceilingBytes);
    } catch (IOException e) {
      throw new IoFailure.Disk("Cannot use the spool " + folder + ": " + e.getMessage(), e);
    }
  }

  private static String nameOf(String uri) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(uri.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256 (MessageDigest).", e);
    }
  }

  /** Finds what an earlier mount left, and removes what it had no need to leave. Once. */
  List<Leftover> leftovers() {
    List<Leftover> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(files)) {
      for (Path path : all) {
        String name = path.getFileName().toString();
        if (name.chars().allMatch(Character::isDigit)) {
          lastId = Math.max(lastId, Long.parseLong(name));
          Leftover left = leftover(path);
          if (left == null) {
            Files.deleteIfExists(path);
          } else {
            usedBytes += left.file().chargedBytes();
            found.add(left);
          }
        } else if (!name.endsWith(RECORD)
            || !Files.exists(
                path.resolveSibling(name.substring(0, name.length() - RECORD.length())))) {
          Files.deleteIfExists(path);
        }
      }
      return found;
    } catch (IOException e) {
      throw new IoFailure.Disk("Cannot read the spool " + files + ": " + e.getMessage(), e);
    }
  }

  private @Nullable Leftover leftover(Path path) throws IOException {
    Path record = recordOf(path);
    if (!Files.exists(record)) {
      return null;
    }
    SpoolRecord known;
    try {
      known = SpoolRecord.read(record);
    } catch (IOException e) {
      Path kept = path.resolveSibling("unknown-" + path.getFileName());
      Files.move(path, kept);
      LOG.log(
          System.Logger.Level.WARNING,
          "The spool holds a file that nobody knows the place of; it is kept as {0}: {1}",
          kept,
          e.getMessage());
      return null;
    }
    FileHandle handle = FileHandle.open(path, FILE_MODE, OpenFlag.WRITE);
    var status = handle.status();
    return new Leftover(
        known,
        new SpoolFile(path, handle, status.allocatedBytes()),
        status.lengthBytes(),
        status.modifiedNanos());
  }

  private static Path recordOf(Path data) {
    return data.resolveSibling(data.getFileName() + RECORD);
  }

  /** A new, empty file. */
  SpoolFile create() {
    long id;
    lock.lock();
    try {
      id = ++lastId;
    } finally {
      lock.unlock();
    }
    Path path = files.resolve(Long.toString(id));
    try {
      return new SpoolFile(
          path,
          FileHandle.open(path, FILE_MODE, OpenFlag.CREATE, OpenFlag.EXCLUSIVE, OpenFlag.WRITE),
          0);
    } catch (PosixException e) {
      throw failure(e);
    }
  }

  /** What a program is told when the spool's disk fails. */
  static RuntimeException failure(PosixException e) {
    return switch (e.errno()) {
      case ENOSPC, EDQUOT, EFBIG, EINVAL, EOPNOTSUPP -> new TreeFailure(e.errno());
      default -> new IoFailure.Disk("The spool fails: " + e.getMessage(), e);
    };
  }

  /** Remembers that the origin lacks a file; the answer of a write waits for it. */
  void remember(SpoolFile file, SpoolRecord record) {
    try {
      record.write(recordOf(file.path()));
    } catch (IOException e) {
      if (isFull(e)) {
        throw new TreeFailure(Errno.ENOSPC);
      }
      throw new IoFailure.Disk("The spool fails: " + e.getMessage(), e);
    }
  }

  private static boolean isFull(IOException e) {
    return String.valueOf(e.getMessage()).contains("No space left");
  }

  /** The origin has it, or nobody wants it any more. */
  void forget(SpoolFile file) {
    try {
      Files.deleteIfExists(recordOf(file.path()));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "The spool fails: {0}", e.getMessage());
    }
  }

  /**
   * Takes room; makes some where need be, by letting go of what is stored, or by waiting for what
   * is about to be.
   *
   * @throws TreeFailure with ENOSPC when there is none by the deadline, or cannot be
   */
  void reserve(long bytes, Call call, Storing storing) {
    lock.lock();
    try {
      while (usedBytes + bytes > ceilingBytes) {
        ScratchFile eldest = clean.isEmpty() ? null : clean.removeFirst();
        if (eldest != null) {
          lock.unlock();
          try {
            letGo(eldest);
          } finally {
            lock.lock();
          }
          continue;
        }
        if (bytes > ceilingBytes || !storing.hasWork()) {
          throw new TreeFailure(Errno.ENOSPC);
        }
        call.aboutToWait();
        storing.hurry();
        if (call.deadline().hasPassed()) {
          throw new TreeFailure(Errno.ENOSPC);
        }
        boolean _ = freed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      }
      usedBytes += bytes;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Waiting for room in the spool was interrupted.");
    } finally {
      lock.unlock();
    }
  }

  /** Lets go of all that is stored, for the disk below is full before the ceiling is reached. */
  boolean letGoOfAll() {
    List<ScratchFile> all;
    lock.lock();
    try {
      all = new ArrayList<>(clean);
      clean.clear();
    } finally {
      lock.unlock();
    }
    boolean some = false;
    for (ScratchFile file : all) {
      some |= letGo(file);
    }
    return some;
  }

  private boolean letGo(ScratchFile file) {
    if (!file.lock.tryLock()) {
      return false; // in use again
    }
    try {
      SpoolFile local = file.local;
      if (local == null || file.dirty || file.opens > 0 || file.uploader != null) {
        return false;
      }
      file.local = null;
      file.openAnew();
      discard(local);
      return true;
    } finally {
      file.lock.unlock();
    }
  }

  void giveBack(long bytes) {
    if (bytes == 0) {
      return;
    }
    lock.lock();
    try {
      usedBytes -= bytes;
      freed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Removes a file that nobody uses. */
  void discard(SpoolFile file) {
    forget(file);
    file.close();
    try {
      Files.deleteIfExists(file.path());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "The spool fails: {0}", e.getMessage());
    }
    giveBack(file.chargedBytes());
  }

  /** The file is stored and nobody has it open: it may go. */
  void mayGo(ScratchFile file) {
    lock.lock();
    try {
      clean.remove(file);
      clean.add(file);
      freed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Somebody uses the file again. */
  void mayNotGo(ScratchFile file) {
    lock.lock();
    try {
      clean.remove(file);
    } finally {
      lock.unlock();
    }
  }

  long ceilingBytes() {
    return ceilingBytes;
  }

  /** What can still be written at once. */
  long freeBytes() {
    long inUse;
    lock.lock();
    try {
      inUse = usedBytes;
      for (ScratchFile file : clean) {
        SpoolFile local = file.local;
        inUse -= local == null ? 0 : local.chargedBytes();
      }
    } finally {
      lock.unlock();
    }
    long disk = files.toFile().getUsableSpace();
    return Math.max(0, Math.min(ceilingBytes - inUse, disk));
  }

  Path folder() {
    return files;
  }

  @Override
  public void close() {
    owner.close();
  }
}
