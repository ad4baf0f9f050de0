package dev.stoker.agent.pipeline;

import dev.stoker.agent.session.ActionResult;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The disks that an attempt writes to, looked at when it ends: a full or read-only one is the
 * node's fault, whatever the renderer made of it. Thread-safe.
 *
 * <p>Looked at by writing, since free bytes say nothing of inodes, quotas or a disk that went
 * read-only; and by counting, since a file system keeps blocks for root that jobs cannot have.
 */
final class WorkDisks {
  /** Less is full: what a renderer writes at a time, and what is written to find out. */
  private static final int FULL_BYTES = 64 * 1024;

  /** With more left, no write of a task that ended well can have failed. */
  private static final long AMPLE_BYTES = 64L << 20;

  private final Path outputs;
  private final List<Path> others;

  /**
   * @param outputs where renderers write
   * @param others where the agent writes about them
   */
  WorkDisks(Path outputs, List<Path> others) {
    this.outputs = outputs;
    this.others = others;
  }

  /** What a task's end means, given the disks. */
  ActionResult judged(ActionResult result) {
    return switch (result.outcome()) {
      case SUCCEEDED -> {
        // Not every program looks at what its last write returned.
        Optional<String> why = hasAmple(outputs) ? Optional.empty() : trouble(outputs);
        yield why.map(
                clause ->
                    failed(result, "ended well, but its outputs may not be whole, as " + clause))
            .orElse(result);
      }
      case FAILED ->
          trouble()
              .map(clause -> failed(result, result.message() + ", as " + clause))
              .orElse(result);
      case CANCELED, TIMED_OUT -> result;
    };
  }

  /** A clause that names the disk which cannot be written. */
  Optional<String> trouble() {
    return Stream.concat(Stream.of(outputs), others.stream())
        .map(WorkDisks::trouble)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static ActionResult failed(ActionResult result, String message) {
    return new ActionResult(ActionResult.Outcome.FAILED, result.exitCode(), message, true);
  }

  private static boolean hasAmple(Path folder) {
    try {
      return Files.getFileStore(folder).getUsableSpace() > AMPLE_BYTES;
    } catch (IOException e) {
      return false;
    }
  }

  private static Optional<String> trouble(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Optional.empty(); // nothing was written there yet
    }
    Path probe = folder.resolve(".room-" + UUID.randomUUID());
    try {
      try {
        Files.write(probe, new byte[FULL_BYTES]);
      } finally {
        Files.deleteIfExists(probe);
      }
      long left = Files.getFileStore(folder).getUsableSpace();
      return left < FULL_BYTES
          ? Optional.of("the disk of " + folder + " is full: it has " + left + " bytes left")
          : Optional.empty();
    } catch (IOException e) {
      String reason =
          e instanceof FileSystemException known && known.getReason() != null
              ? known.getReason()
              : e.getMessage();
      return Optional.of("the disk of " + folder + " cannot be written: " + reason);
    }
  }
}
