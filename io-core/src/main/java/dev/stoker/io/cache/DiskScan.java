package dev.stoker.io.cache;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.FileStatus;
import dev.stoker.io.posix.PosixException;
import dev.stoker.io.posix.PosixFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds what an earlier process left on a disk. It reads one header per entry and no data: every
 * stop is treated as a crash, because verification is lazy and costs nothing until a grain is
 * wanted. Half pairs and half-written indexes are removed.
 */
final class DiskScan {
  private final CacheDisk disk;
  private final ByteBuffer header = ByteBuffer.allocateDirect(IndexFormat.MAX_IDENTITY_BYTES + 64);
  private final List<Found> found = new ArrayList<>();

  private record Found(Entry entry, long bytes, long lastUsedNanos) {}

  DiskScan(CacheDisk disk) {
    this.disk = disk;
  }

  /** Tells {@code each} of every entry, the least recently filled first. */
  void run(Consumer<Entry> each) {
    try (DirectoryStream<Path> folders =
        Files.newDirectoryStream(disk.folder, "[0-9a-f][0-9a-f]")) {
      for (Path shard : folders) {
        scan(shard);
      }
      scanLost();
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      throw new IoFailure.Disk(
          "Cannot read the cache folder " + disk.folder + ": " + e.getMessage(), e);
    }
    found.sort(Comparator.comparingLong(Found::lastUsedNanos));
    for (Found one : found) {
      disk.space.found(one.entry, one.bytes);
      each.accept(one.entry);
    }
  }

  private void scan(Path shard) throws IOException {
    Set<EntryId> data = new HashSet<>();
    Set<EntryId> indexes = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(shard)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        EntryId id = EntryId.parse(name);
        if (id != null && name.endsWith(EntryId.DATA)) {
          data.add(id);
        } else if (id != null && name.endsWith(EntryId.INDEX)) {
          indexes.add(id);
        } else {
          PosixFiles.remove(file);
        }
      }
    }
    for (EntryId id : data) {
      Found entry = indexes.remove(id) ? read(id) : null;
      if (entry == null) {
        PosixFiles.remove(id.file(disk.folder, EntryId.INDEX));
        disk.lost.bury(id.file(disk.folder, EntryId.DATA), "", true);
      } else {
        found.add(entry);
      }
    }
    for (EntryId orphan : indexes) {
      PosixFiles.remove(orphan.file(disk.folder, EntryId.INDEX));
    }
  }

  private @Nullable Found read(EntryId id) throws PosixException {
    Path indexPath = id.file(disk.folder, EntryId.INDEX);
    FileStatus index;
    IndexFormat.Header head;
    try (FileHandle file = FileHandle.open(indexPath, 0)) {
      file.read(header.clear(), 0);
      head = IndexFormat.readHeader(header.flip());
      index = file.status();
    } catch (PosixException e) {
      if (e.errno() == Errno.EIO) {
        return null; // one bad sector: the entry begins again
      }
      throw e;
    }
    if (head == null || !EntryId.of(head.identity()).equals(id)) {
      return null;
    }
    FileStatus data = PosixFiles.status(id.file(disk.folder, EntryId.DATA));
    if (data.lengthBytes() != head.lengthBytes()) {
      return null;
    }
    Entry entry = new Entry(id, head.identity(), head.lengthBytes(), disk);
    entry.foundWith(data);
    return new Found(entry, data.allocatedBytes() + index.allocatedBytes(), index.modifiedNanos());
  }

  private void scanLost() throws IOException {
    try (DirectoryStream<Path> graves =
        Files.newDirectoryStream(disk.folder.resolve(LostFiles.FOLDER))) {
      for (Path grave : graves) {
        disk.lost.found(grave, PosixFiles.status(grave).allocatedBytes());
      }
    }
    disk.lost.sweep();
  }
}
