package dev.stoker.io.cache;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.posix.FileHandle;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Opens files for those who read them past us. Thread-safe. */
final class Exposures {
  private final Placer placer;
  private final Departures departures;
  private final AtomicLong names = new AtomicLong();

  Exposures(Placer placer, Departures departures) {
    this.placer = placer;
    this.departures = departures;
  }

  /** Null when the entry is not all here, was not checked, or is on its way out. */
  @Nullable ExposedFile expose(Entry entry, Deadline deadline) {
    String name = "open-" + names.incrementAndGet();
    entry.content.readLock().lock(); // an eviction under way ends first
    try {
      if (entry.gone) {
        return null;
      }
      entry.disk.space.pin(entry, name);
    } finally {
      entry.content.readLock().unlock();
    }
    ExposedFile exposed = null;
    try {
      PlacedFile placed = placer.link(entry, entry.disk.exposed, name, deadline);
      if (placed != null) {
        FileHandle handle = entry.disk.exposed.file(name, 0);
        exposed = new ExposedFile(entry, name, placed, handle);
      }
      return exposed;
    } catch (IOException e) {
      departures.failed(entry.disk, e);
      return null;
    } finally {
      if (exposed == null) {
        entry.disk.space.unpin(entry, name);
      }
    }
  }
}
