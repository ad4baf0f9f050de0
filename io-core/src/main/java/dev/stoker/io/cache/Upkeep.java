package dev.stoker.io.cache;

import dev.stoker.io.asset.Deadline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** What people ask of the cache's contents: to read them all again, to let some go. Thread-safe. */
final class Upkeep {
  /** Names told; a lost disk has more, and nobody reads them. */
  private static final int MOST_NAMES = 1_000;

  /** As often as other progress is told. */
  private static final long TELL_EVERY_NANOS = 500_000_000;

  private final Collection<Entry> entries;
  private final OpenFiles open;
  private final Verifier verifier;
  private final Departures departures;
  private final LongSupplier nanos;

  /**
   * @param entries a live view of all there are
   */
  Upkeep(
      Collection<Entry> entries,
      OpenFiles open,
      Verifier verifier,
      Departures departures,
      LongSupplier nanos) {
    this.entries = entries;
    this.open = open;
    this.verifier = verifier;
    this.departures = departures;
    this.nanos = nanos;
  }

  /** The entries whose URI is wanted, as they are now. */
  private List<Entry> those(Predicate<String> wanted) {
    return entries.stream().filter(entry -> wanted.test(uriOf(entry))).toList();
  }

  private static String uriOf(Entry entry) {
    return entry.identity.substring(0, entry.identity.indexOf('#'));
  }

  CacheCheck check(Predicate<String> wanted, Deadline deadline, CheckProgress progress) {
    List<Entry> chosen = those(wanted);
    long files = 0;
    long bytes = 0;
    long unchecked = 0;
    long grains = 0;
    long toldAtNanos = System.nanoTime();
    List<CacheCheck.Damage> damaged = new ArrayList<>();
    for (Entry entry : chosen) {
      bytes += forgetChecks(entry, deadline);
      int bad = verifier.verify(entry, deadline);
      if (!entry.disk.health.isUsable()) {
        unchecked++;
        continue;
      }
      files++;
      grains += bad;
      if (bad > 0 && damaged.size() < MOST_NAMES) {
        damaged.add(new CacheCheck.Damage(uriOf(entry), bad));
      }
      if (System.nanoTime() - toldAtNanos >= TELL_EVERY_NANOS) {
        toldAtNanos = System.nanoTime();
        progress.checked(files, chosen.size(), bytes);
      }
    }
    progress.checked(files, chosen.size(), bytes);
    return new CacheCheck(files, bytes, grains, damaged, unchecked);
  }

  /** So that each grain is read from disk again; gives how many bytes there are to read. */
  private long forgetChecks(Entry entry, Deadline deadline) {
    try (OpenFiles.Use use = open.use(entry, false, deadline)) {
      if (use == null) {
        return 0;
      }
      use.files().unverify(nanos.getAsLong());
      return use.files().presentBytes();
    } catch (IOException e) {
      departures.failed(entry.disk, e);
      return 0;
    }
  }

  List<CachedFolder> folders(int most) {
    Map<String, long[]> sums = new HashMap<>(); // files and bytes
    for (Entry entry : entries) {
      long bytes = entry.disk.space.heldBytes(entry);
      if (bytes > 0) {
        String uri = uriOf(entry);
        String folder = uri.substring(0, uri.lastIndexOf('/') + 1);
        long[] sum = sums.computeIfAbsent(folder, ignored -> new long[2]);
        sum[0]++;
        sum[1] += bytes;
      }
    }
    return sums.entrySet().stream()
        .map(each -> new CachedFolder(each.getKey(), each.getValue()[0], each.getValue()[1]))
        .sorted(
            Comparator.comparingLong(CachedFolder::bytes)
                .reversed()
                .thenComparing(CachedFolder::uri))
        .limit(most)
        .toList();
  }

  CacheEviction evict(Predicate<String> wanted) {
    long files = 0;
    long bytes = 0;
    long keptFiles = 0;
    List<String> kept = new ArrayList<>();
    for (Entry entry : those(wanted)) {
      long held = entry.disk.space.heldBytes(entry);
      if (departures.evict(entry, Long.MAX_VALUE)) {
        files++;
        bytes += held;
      } else {
        keptFiles++;
        if (kept.size() < MOST_NAMES) {
          kept.add(uriOf(entry));
        }
      }
    }
    return new CacheEviction(files, bytes, keptFiles, kept);
  }
}
