package dev.stoker.agent.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Whether mounted trees answer. Asks for their size, which the kernel never answers from what it
 * remembers, as it does for attributes: a dead server would look alive. One question at a time for
 * each mount, in a thread of its own. Not thread-safe.
 */
final class MountCheck {
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final Map<String, CompletableFuture<Void>> asked = new HashMap<>();

  /** Why a mount cannot be read, in a clause; empty when all can. */
  Optional<String> trouble(List<String> folders) throws InterruptedException {
    asked.keySet().retainAll(folders);
    folders.forEach(folder -> asked.computeIfAbsent(folder, MountCheck::ask));
    long end = System.nanoTime() + ANSWER.toNanos();
    for (String folder : folders) {
      CompletableFuture<Void> answer = asked.get(folder);
      try {
        if (answer != null) {
          answer.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
          asked.remove(folder);
        }
      } catch (TimeoutException e) {
        return Optional.of("its mount " + folder + " does not answer");
      } catch (ExecutionException e) {
        asked.remove(folder);
        Throwable cause = e.getCause();
        String why = cause == null ? "" : String.valueOf(cause.getMessage());
        return Optional.of("its mount " + folder + " cannot be read: " + why);
      }
    }
    return Optional.empty();
  }

  private static CompletableFuture<Void> ask(String folder) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    // A platform thread: who waits for a dead mount waits in the kernel.
    Thread.ofPlatform()
        .name("mount-health")
        .daemon()
        .start(
            () -> {
              try {
                var _ = Files.getFileStore(Path.of(folder)).getTotalSpace();
                answer.complete(null);
              } catch (IOException | RuntimeException e) {
                answer.completeExceptionally(e);
              }
            });
    return answer;
  }
}
