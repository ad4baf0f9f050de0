package dev.stoker.io.mount;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.FolderItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Listings of a tree's folders, each asked for once however many want it, and kept for a while. How
 * many names are kept is bounded; the folders that were looked into least recently are asked for
 * again.
 *
 * <p>Thread-safe.
 */
final class Listings {
  /** Some 30 MB of heap. */
  private static final int MAX_NAMES = 100_000;

  private final AssetSource source;
  private final long holdsNanos;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock: all below.
  private final LinkedHashMap<AssetPath, Listing> known = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<AssetPath, CompletableFuture<Listing>> underWay = new HashMap<>();
  private long names;

  Listings(AssetSource source, long holdsNanos) {
    this.source = source;
    this.holdsNanos = holdsNanos;
  }

  /** The folder's listing if it is at hand and holds. */
  @Nullable Listing fresh(AssetPath folder) {
    lock.lock();
    try {
      Listing listing = known.get(folder);
      return listing != null && leftNanos(listing) > 0 ? listing : null;
    } finally {
      lock.unlock();
    }
  }

  /** For how long a listing may still be believed. */
  long leftNanos(Listing listing) {
    return holdsNanos - (System.nanoTime() - listing.madeNanos());
  }

  /**
   * The folder's listing, asked for where it does not hold any more.
   *
   * @throws IoFailure.NotFound when there is no such folder
   */
  Listing get(AssetPath folder, Deadline deadline) {
    CompletableFuture<Listing> mine = new CompletableFuture<>();
    CompletableFuture<Listing> asked;
    lock.lock();
    try {
      Listing listing = known.get(folder);
      if (listing != null && leftNanos(listing) > 0) {
        return listing;
      }
      asked = underWay.putIfAbsent(folder, mine);
    } finally {
      lock.unlock();
    }
    if (asked != null) {
      return await(folder, asked, deadline);
    }
    return ask(folder, mine, deadline);
  }

  private Listing ask(AssetPath folder, CompletableFuture<Listing> answer, Deadline deadline) {
    try {
      long now = System.nanoTime();
      List<FolderItem> items = new ArrayList<>();
      source.listFolder(folder, deadline, items::add);
      Listing listing = new Listing(items, now);
      keep(folder, listing);
      answer.complete(listing);
      return listing;
    } catch (RuntimeException | Error e) {
      answer.completeExceptionally(e);
      throw e;
    } finally {
      lock.lock();
      try {
        underWay.remove(folder);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Another asks already. If he was killed meanwhile his failure is not ours. */
  private Listing await(AssetPath folder, CompletableFuture<Listing> answer, Deadline deadline) {
    try {
      return answer.get(Math.max(1, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IoFailure.TimedOut("Gave up listing '" + folder + "' at its deadline.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Listing '" + folder + "' was interrupted.");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IoFailure.Canceled) {
        return get(folder, deadline);
      }
      throw e.getCause() instanceof IoFailure failure
          ? failure
          : new IoFailure.Unavailable("Cannot list '" + folder + "': " + e.getCause(), e);
    }
  }

  private void keep(AssetPath folder, Listing listing) {
    lock.lock();
    try {
      Listing before = known.put(folder, listing);
      names += 1 + listing.size() - (before == null ? 0 : 1 + before.size());
      Iterator<Listing> eldest = known.values().iterator();
      while (names > MAX_NAMES && known.size() > 1) {
        names -= 1 + eldest.next().size();
        eldest.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets everything, so that the next look asks the origin. */
  void forgetAll() {
    lock.lock();
    try {
      known.clear();
      names = 0;
    } finally {
      lock.unlock();
    }
  }
}
