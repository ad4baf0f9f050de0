package dev.stoker.io.cache;

import dev.stoker.io.posix.FileStatus;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * One asset version in the cache: the little that is kept in memory for each, open or not. Whoever
 * changes a field holds the lock named beside it.
 */
final class Entry {
  /** Where an entry stands in its disk's {@link EvictionQueue}. */
  enum Place {
    NONE,
    SMALL,
    MAIN
  }

  final EntryId id;
  final String identity;
  final long lengthBytes;
  final int grains;
  final CacheDisk disk;

  /** What is on its way here, and who waits for it. */
  final Arrivals arrivals = new Arrivals();

  /**
   * Shared by those who write grains or make links, exclusive for those who punch, unlink or
   * rename. Readers stay out of it: they check what they read.
   */
  final ReentrantReadWriteLock content = new ReentrantReadWriteLock();

  /** Evicted or renamed away: whoever still holds this object asks the cache for a new one. */
  volatile boolean gone;

  /** Whether that was logged. */
  volatile boolean foundDamaged;

  /** Whether those who read it past us were told of its damage; then it leaves in silence. */
  volatile boolean damageTold;

  /** When the whole file was last found right, on the cache's clock; 0 for never. */
  volatile long verifiedAtNanos;

  /** The data file as it was then; what changed since has to be checked again. */
  volatile @Nullable FileStatus verifiedStamp;

  // Guarded by the lock of OpenFiles.
  @Nullable EntryFiles files;
  boolean opening;

  /** Whether there are files on disk, open or not; set under the lock of OpenFiles. */
  volatile boolean onDisk;

  // Guarded by the disk's lock.
  Place place = Place.NONE;
  int frequency;
  long heldBytes;
  final Set<String> pins = new HashSet<>(2);

  /** Its names outside the cache. */
  final LinkState links = new LinkState();

  /** Only where a file is large enough to be evicted in parts. */
  private volatile @Nullable Heat heat;

  Entry(EntryId id, String identity, long lengthBytes, CacheDisk disk) {
    this.id = id;
    this.identity = identity;
    this.lengthBytes = lengthBytes;
    this.grains = Grain.count(lengthBytes);
    this.disk = disk;
  }

  Heat heat() {
    Heat known = heat;
    if (known == null) {
      synchronized (this) {
        known = heat;
        if (known == null) {
          known = new Heat(grains);
          heat = known;
        }
      }
    }
    return known;
  }

  /** Somebody reads these grains. */
  void touch(int first, int end) {
    if (lengthBytes >= Departures.LEAST_PUNCHED_BYTES) {
      heat().touch(first, end);
    }
  }

  /** Tells a new object of the files that an earlier process left. */
  void foundWith(FileStatus status) {
    onDisk = true;
    links.found(status.links() - 1);
  }
}
