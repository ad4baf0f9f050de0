package dev.stoker.io.cache;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.FileStatus;
import dev.stoker.io.posix.FolderHandle;
import dev.stoker.io.posix.OpenFlag;
import dev.stoker.io.posix.PosixException;
import dev.stoker.io.posix.PosixFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One cache folder: its owner's lock, its files, what they take and whether the disk below still
 * works.
 *
 * <pre>
 * owner              locked as long as its process lives; holds the process id
 * 3f/3f12….data      the bytes of one asset version, sparse
 * 3f/3f12….index     which grains of it are there, see {@link IndexFormat}
 * lost/3f12….7       dropped from the cache while somebody still had a link to it
 * open/7             a second name of a file that the kernel reads past us, see {@link ExposedFile}
 * </pre>
 *
 * <p>Thread-safe.
 */
final class CacheDisk implements AutoCloseable {
  /**
   * Writers at once; more only queue up in the kernel, and a hung disk may hold no more threads.
   */
  private static final int WRITERS = 8;

  private static final String EXPOSED = "open";

  final Path folder;
  final DiskHealth health;
  final Space space;
  final LostFiles lost;
  final FolderHandle exposed;
  final Semaphore writers = new Semaphore(WRITERS);
  private final FileHandle owner;
  private final LongSupplier nanos;

  private CacheDisk(
      CacheSettings.Disk settings, FileHandle owner, FolderHandle exposed, LongSupplier nanos) {
    this.folder = settings.folder();
    this.exposed = exposed;
    this.owner = owner;
    this.nanos = nanos;
    this.health = new DiskHealth(folder.toString(), nanos);
    this.space = new Space(settings.ceilingBytes(), settings.maxFiles());
    this.lost = new LostFiles(folder, space);
    space.sweepBy(lost::trySweep);
  }

  /**
   * Takes a cache folder over, making it where there is none.
   *
   * @throws IoFailure.Disk when another process owns it, naming that, or it cannot be used
   */
  static CacheDisk open(CacheSettings.Disk settings, LongSupplier nanos) {
    Path folder = settings.folder();
    try {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      FileHandle owner =
          FileHandle.open(folder.resolve("owner"), 0600, OpenFlag.WRITE, OpenFlag.CREATE);
      try {
        if (!owner.tryLock()) {
          throw new IoFailure.Disk(
              "The cache folder "
                  + folder
                  + " belongs to the running process "
                  + Files.readString(folder.resolve("owner")).trim()
                  + "; join that one by its socket, stop it, or choose another folder.",
              null);
        }
        byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
        owner.truncate(0);
        owner.write(ByteBuffer.allocateDirect(pid.length).put(pid).flip(), 0);
        Files.createDirectories(folder.resolve(LostFiles.FOLDER));
        return new CacheDisk(settings, owner, emptied(folder.resolve(EXPOSED)), nanos);
      } catch (IOException | RuntimeException e) {
        owner.close();
        throw e;
      }
    } catch (IOException e) {
      throw new IoFailure.Disk("Cannot use the cache folder " + folder + ": " + e.getMessage(), e);
    }
  }

  /** Names that an earlier process gave files for the kernel: its mounts are gone. */
  private static FolderHandle emptied(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
      for (Path name : names) {
        PosixFiles.remove(name);
      }
    }
    return FolderHandle.open(folder);
  }

  /**
   * Where a new entry goes: by rendezvous hashing, weighted by size, so that a lost disk moves its
   * own entries only.
   */
  static CacheDisk choose(List<CacheDisk> disks, EntryId id) {
    CacheDisk best = disks.getFirst();
    double bestScore = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < disks.size(); i++) {
      CacheDisk disk = disks.get(i);
      long mixed = (id.low() ^ (i + 1) * 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
      double uniform = ((mixed >>> 11) + 0.5) / (1L << 53);
      double score = Math.log(uniform) / disk.space.ceilingBytes();
      if (disk.health.isUsable() && score > bestScore) {
        best = disk;
        bestScore = score;
      }
    }
    return best;
  }

  /**
   * Opens an entry's files; the caller holds its content lock, shared at least.
   *
   * @param make whether to make them where there are none that hold
   * @return null when there are none and none were made, for one reason or another
   */
  @Nullable EntryFiles openFiles(Entry entry, boolean make) throws IOException {
    Path dataPath = entry.id.file(folder, EntryId.DATA);
    Path indexPath = entry.id.file(folder, EntryId.INDEX);
    if (entry.onDisk) {
      EntryFiles found = load(entry, dataPath, indexPath);
      if (found != null) {
        return found;
      }
      if (!make) {
        return null;
      }
      // An index that does not hold says nothing about the data: begin again.
      if (entry.links.isReadPastUs() && !Files.exists(dataPath)) {
        lost.vanished(entry.identity, dataPath);
      }
      remove(entry);
      entry.links.forget();
      return create(entry, dataPath, indexPath);
    }
    if (!make || !space.reserveFile()) {
      return null;
    }
    try {
      return create(entry, dataPath, indexPath);
    } catch (IOException | RuntimeException e) {
      space.freeFile();
      throw e;
    }
  }

  private EntryFiles create(Entry entry, Path dataPath, Path indexPath) throws IOException {
    Files.createDirectories(dataPath.getParent());
    FileHandle data = OpenFiles.openData(dataPath, true);
    FileHandle index = null;
    try {
      data.truncate(entry.lengthBytes);
      index = FileHandle.open(indexPath, 0600, OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.TRUNCATE);
      ByteBuffer header = IndexFormat.header(entry.identity, entry.lengthBytes);
      long checksum = IndexFormat.checksumOf(header);
      int bytes = header.remaining();
      index.write(header, 0);
      EntryFiles files =
          new EntryFiles(
              data, index, checksum, new GrainMap(entry.lengthBytes), bytes, nanos.getAsLong());
      space.settle(entry, files, 0);
      return files;
    } catch (IOException | RuntimeException e) {
      data.close();
      if (index != null) {
        index.close();
      }
      throw e;
    }
  }

  /** Opens files that are there; null when they are not this entry's or hold nothing. */
  private @Nullable EntryFiles load(Entry entry, Path dataPath, Path indexPath) throws IOException {
    IndexFormat.Contents contents;
    try {
      contents = IndexFormat.read(ByteBuffer.wrap(Files.readAllBytes(indexPath)));
    } catch (NoSuchFileException e) {
      return null;
    }
    if (contents == null
        || !contents.identity().equals(entry.identity)
        || contents.map().lengthBytes() != entry.lengthBytes) {
      return null;
    }
    GrainMap map = contents.map();
    long indexEnd = contents.validBytes();
    if (EntryFiles.isStale(indexEnd, map.presentBytes())) {
      indexEnd = IndexRewrite.rewrite(indexPath, entry.identity, map);
    }
    FileHandle data;
    try {
      data = OpenFiles.openData(dataPath, false);
    } catch (PosixException e) {
      if (e.errno() == Errno.ENOENT) {
        return null; // somebody tidied up: the entry begins again
      }
      throw e;
    }
    FileHandle index = null;
    try {
      index = FileHandle.open(indexPath, 0600, OpenFlag.WRITE);
      FileStatus status = data.status();
      if (status.lengthBytes() != entry.lengthBytes) {
        data.close();
        index.close();
        return null;
      }
      index.truncate(indexEnd);
      reclaim(data, map, status);
      EntryFiles files =
          new EntryFiles(data, index, contents.headerChecksum(), map, indexEnd, nanos.getAsLong());
      space.settle(entry, files, 0);
      return files;
    } catch (IOException | RuntimeException e) {
      data.close();
      if (index != null) {
        index.close();
      }
      throw e;
    }
  }

  /** Gives back what was written but never entered in the index, because a process was killed. */
  private static void reclaim(FileHandle data, GrainMap map, FileStatus status)
      throws PosixException {
    if (status.links() == 1 && status.allocatedBytes() > map.diskBytes() + Grain.BYTES) {
      int grain = 0;
      while (grain < map.grains()) {
        int end = map.runEnd(grain, map.grains());
        if (!map.isPresent(grain)) {
          data.punchHole(Grain.offset(grain), Grain.offset(end) - Grain.offset(grain));
        }
        grain = end;
      }
    }
  }

  /** Removes an entry's files; its data lives on under {@code lost/} while it has other names. */
  void remove(Entry entry) throws PosixException {
    PosixFiles.remove(entry.id.file(folder, EntryId.INDEX));
    lost.bury(entry.id.file(folder, EntryId.DATA), entry.identity, !entry.damageTold);
  }

  @Override
  public void close() {
    exposed.close();
    owner.close();
  }
}
