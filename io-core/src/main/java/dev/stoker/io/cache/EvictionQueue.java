package dev.stoker.io.cache;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to leave a disk: S3-FIFO (Yang et al., SOSP 2023), weighted by bytes. New
 * entries enter a small queue, a tenth of the disk; who is opened again while there moves on to the
 * main queue, everyone else leaves from the small one, so that a scan of files read once washes
 * nothing else out. Who comes back soon after leaving is remembered and enters the main queue at
 * once.
 *
 * <p>An opening counts, not a read: a file read in a thousand pieces was wanted once. Pinned
 * entries are in no queue. Not thread-safe; owned by its {@link CacheDisk}.
 */
final class EvictionQueue {
  private static final int MAX_FREQUENCY = 3;

  /** As in the paper: a tenth filters out one-hit wonders and costs the others little. */
  private static final int SMALL_SHARE = 10;

  /** 32 bytes each: the remembered leavers of a full disk of 64 MiB files of 4 TiB. */
  private static final int MAX_GHOSTS = 64 << 10;

  private final LinkedHashSet<Entry> small = new LinkedHashSet<>();
  private final LinkedHashSet<Entry> main = new LinkedHashSet<>();
  private final Map<EntryId, Boolean> ghosts =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<EntryId, Boolean> eldest) {
          return size() > MAX_GHOSTS;
        }
      };
  private long smallBytes;
  private long mainBytes;

  /** Lets an entry in that is in no queue. */
  void add(Entry entry) {
    boolean back = ghosts.remove(entry.id) != null;
    put(entry, back || entry.frequency > 0 ? Entry.Place.MAIN : Entry.Place.SMALL);
  }

  /** The entry was opened. */
  void touch(Entry entry) {
    entry.frequency = Math.min(MAX_FREQUENCY, entry.frequency + 1);
  }

  /** The entry grew or shrank; its {@code heldBytes} says so already. */
  void resized(Entry entry, long deltaBytes) {
    if (entry.place == Entry.Place.SMALL) {
      smallBytes += deltaBytes;
    } else if (entry.place == Entry.Place.MAIN) {
      mainBytes += deltaBytes;
    }
  }

  /** Takes an entry out, because it is pinned or gone. */
  void remove(Entry entry) {
    if (entry.place != Entry.Place.NONE) {
      (entry.place == Entry.Place.SMALL ? small : main).remove(entry);
      leave(entry);
    }
  }

  void remember(Entry entry) {
    ghosts.put(entry.id, Boolean.TRUE);
  }

  /** The next to leave, taken out of its queue; null when there is none. */
  @Nullable Entry next() {
    // Each step lowers a frequency or moves an entry from small to main for good: it ends.
    while (true) {
      boolean fromSmall =
          !small.isEmpty()
              && (main.isEmpty() || smallBytes * SMALL_SHARE >= smallBytes + mainBytes);
      LinkedHashSet<Entry> queue = fromSmall ? small : main;
      if (queue.isEmpty()) {
        return null;
      }
      Entry entry = queue.removeFirst();
      leave(entry);
      if (entry.frequency == 0) {
        return entry;
      }
      entry.frequency = fromSmall ? 0 : entry.frequency - 1;
      put(entry, Entry.Place.MAIN);
    }
  }

  int size() {
    return small.size() + main.size();
  }

  private void put(Entry entry, Entry.Place place) {
    entry.place = place;
    (place == Entry.Place.SMALL ? small : main).add(entry);
    resized(entry, entry.heldBytes);
  }

  private void leave(Entry entry) {
    resized(entry, -entry.heldBytes);
    entry.place = Entry.Place.NONE;
  }
}
