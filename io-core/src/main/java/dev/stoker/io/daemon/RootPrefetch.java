package dev.stoker.io.daemon;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.cache.FillProgress;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.prefetch.BoundedWork;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Brings what a session will want into the cache while its renderer may read already; whoever reads
 * goes first, by his priority. What cannot be brought is left to the reader to find out. Ends by
 * itself or with {@link #close}.
 */
final class RootPrefetch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RootPrefetch.class.getName());

  /** Parts on their way at once; the fetch engine's memory bounds them long before. */
  private static final int PARTS_AT_ONCE = 64;

  /** Hundreds of gigabytes over a gigabit link. */
  private static final Duration LONGEST = Duration.ofHours(2);

  private final List<Part> parts;
  private final LongConsumer arrived;
  private final CountDownLatch head;
  private final Thread thread;

  /** Parts of one file. */
  record Part(CachedAsset asset, List<ByteRange> ranges) {
    long bytes() {
      return ranges.stream().mapToLong(ByteRange::lengthBytes).sum();
    }
  }

  /**
   * @param parts in the order in which they will be wanted
   * @param headParts how many of them {@link #awaitHead} waits for
   * @param arrived told of bytes from the origin
   */
  RootPrefetch(String name, List<Part> parts, int headParts, LongConsumer arrived) {
    this.parts = parts;
    this.arrived = arrived;
    this.head = new CountDownLatch(headParts);
    this.thread = Thread.ofVirtual().name("prefetch " + name).unstarted(() -> run(name, headParts));
  }

  void start() {
    thread.start();
  }

  private record Numbered(int number, Part part) {}

  private void run(String name, int headParts) {
    Deadline deadline = Deadline.after(LONGEST);
    try {
      BoundedWork.<Numbered>run(
          "prefetch for " + name,
          PARTS_AT_ONCE,
          each -> {
            for (int i = 0; i < parts.size(); i++) {
              each.accept(new Numbered(i, parts.get(i)));
            }
          },
          numbered -> {
            bring(numbered.part(), deadline);
            if (numbered.number() < headParts) {
              head.countDown();
            }
          },
          deadline,
          () -> {});
    } catch (IoFailure e) {
      LOG.log(System.Logger.Level.DEBUG, "Prefetch for {0} ended: {1}", name, e.getMessage());
    }
  }

  private void bring(Part part, Deadline deadline) {
    CompletableFuture<Void> fill =
        part.asset()
            .fill(
                part.ranges(),
                Priority.PREFETCH,
                deadline,
                new FillProgress() {
                  @Override
                  public void present(long bytes) {}

                  @Override
                  public void arrived(long bytes) {
                    arrived.accept(bytes);
                  }
                });
    try {
      fill.get(deadline.remainingMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      fill.cancel(true);
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException
        | java.util.concurrent.TimeoutException
        | java.util.concurrent.CancellationException e) {
      fill.cancel(true);
      LOG.log(
          System.Logger.Level.DEBUG, "Not brought ahead: {0}: {1}", part.asset(), e.getMessage());
    }
  }

  /**
   * Waits until the first parts are here, or the time is over; whoever reads waits for the rest.
   */
  void awaitHead(Duration longest) {
    try {
      boolean _ = head.await(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Waiting for the first inputs was interrupted.");
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
