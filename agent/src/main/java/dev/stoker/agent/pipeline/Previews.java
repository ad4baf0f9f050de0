package dev.stoker.agent.pipeline;

import dev.stoker.agent.preview.Preview;
import dev.stoker.controller.protocol.Commit;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes the pictures that go with a commit, while the outputs themselves are staged; one image at a
 * time on a node, so that memory stays bounded. Nothing fails for the lack of one. Thread-safe.
 */
final class Previews implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Previews.class.getName());

  private static final Duration LONGEST_IMAGE = Duration.ofSeconds(5);

  /** What a commit waits for pictures at most, after its outputs are staged. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

  /**
   * @param image a JPEG file in Base64
   */
  record Picture(Outbox.Output of, String image) {}

  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("preview-", 0).factory());
  private final Semaphore turn = new Semaphore(1);

  /** Begins with an attempt's images. */
  Future<List<Picture>> begin(List<Outbox.Output> outputs) {
    List<Outbox.Output> images = some(outputs);
    try {
      return threads.submit(() -> images.isEmpty() ? List.of() : make(images));
    } catch (RejectedExecutionException closing) {
      return CompletableFuture.completedFuture(List.of());
    }
  }

  /** What is there by now, or soon. */
  static List<Picture> await(Future<List<Picture>> begun) throws InterruptedException {
    try {
      return begun.get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      begun.cancel(true);
      return List.of();
    }
  }

  /** As many as a commit may carry, evenly from all of them. */
  private static List<Outbox.Output> some(List<Outbox.Output> outputs) {
    List<Outbox.Output> images =
        outputs.stream()
            .filter(output -> Preview.isPromising(output.file().path().value()))
            .toList();
    if (images.size() <= Commit.MOST_THUMBNAILS) {
      return images;
    }
    List<Outbox.Output> chosen = new ArrayList<>();
    for (int i = 0; i < Commit.MOST_THUMBNAILS; i++) {
      chosen.add(images.get((int) ((long) i * images.size() / Commit.MOST_THUMBNAILS)));
    }
    return chosen;
  }

  private List<Picture> make(List<Outbox.Output> images) throws InterruptedException {
    List<Picture> made = new ArrayList<>();
    turn.acquire();
    try {
      for (Outbox.Output output : images) {
        if (Thread.interrupted()) {
          break;
        }
        picture(output).ifPresent(made::add);
      }
    } finally {
      turn.release();
    }
    return List.copyOf(made);
  }

  private static Optional<Picture> picture(Outbox.Output output) {
    try {
      return Preview.of(output.file().toLocalPath(), Commit.LARGEST_THUMBNAIL, LONGEST_IMAGE)
          .map(bytes -> new Picture(output, Base64.getEncoder().encodeToString(bytes)));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "No picture of {0}: {1}", output.file().path().value(), e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
