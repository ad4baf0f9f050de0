package dev.stoker.io.daemon;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.SourceOpener;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks origins for signs of life, each by a thread of its own and one question at a time: a hard
 * mount of a dead server holds whoever looks at it for ever, and must not hold one more thread each
 * time that somebody asks. Thread-safe.
 */
final class OriginProbes {
  /** What a question may take when no origin hangs; who waits gives up earlier. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** One lost packet or one busy answer is no dead origin. */
  private static final int TRIES = 2;

  private static final long PAUSE_MILLIS = 300;

  /** Different trees that may hang; a node's jobs read from a handful. */
  private static final int MOST_UNDER_WAY = 64;

  private final SourceOpener sources;
  private final Map<Asked, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

  OriginProbes(SourceOpener sources) {
    this.sources = sources;
  }

  private record Asked(String uri, String project) {}

  /**
   * Waits for an answer, or for whoever is asking already.
   *
   * @throws IoFailure when there is none
   */
  void probe(String uri, String project, Deadline deadline) {
    AssetUri tree = AssetUri.parse(uri);
    CompletableFuture<Void> answer = ask(new Asked(uri, project), tree);
    try {
      answer.get(Math.max(1, deadline.remainingMillis()), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IoFailure.TimedOut(tree.origin() + " does not answer this machine.");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IoFailure failure) {
        throw failure;
      }
      throw new IoFailure.Unavailable("Cannot ask " + tree.origin() + ": " + e.getCause(), null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Waiting for " + tree.origin() + " was interrupted.");
    }
  }

  private CompletableFuture<Void> ask(Asked what, AssetUri tree) {
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> other = underWay.putIfAbsent(what, mine);
    if (other != null) {
      return other;
    }
    if (underWay.size() > MOST_UNDER_WAY) {
      underWay.remove(what, mine);
      throw new IoFailure.Unavailable(
          MOST_UNDER_WAY + " origins do not answer this machine; one more is not asked.", null);
    }
    Thread.ofPlatform()
        .name("probe " + tree.origin())
        .daemon()
        .start(
            () -> {
              try {
                pingAgain(tree, what.project());
                mine.complete(null);
              } catch (RuntimeException | Error e) {
                mine.completeExceptionally(e);
              } finally {
                underWay.remove(what, mine);
              }
            });
    return mine;
  }

  private void pingAgain(AssetUri tree, String project) {
    Deadline deadline = Deadline.after(PATIENCE);
    try (AssetSource source = sources.open(tree, project)) {
      for (int tried = 1; ; tried++) {
        try {
          source.ping(deadline);
          return;
        } catch (IoFailure e) {
          if (tried == TRIES || !e.retryable()) {
            throw e;
          }
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
