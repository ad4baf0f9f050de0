package dev.stoker.io.stage;

import java.time.Instant;
import java.util.Optional;

/**
 * The process that asked for a stage, known beyond the reuse of its number.
 *
 * @param pid process id
 * @param startedMillis when it started, milliseconds since 1970; 0 where the kernel does not say
 */
public record StageOwner(long pid, long startedMillis) {

  /** The process with that id now. */
  public static StageOwner of(long pid) {
    return new StageOwner(pid, startedMillis(pid).orElse(0L));
  }

  /** Whether it still runs. Not named as a property, which notes of stages would then hold. */
  public boolean lives() {
    Optional<Long> started = startedMillis(pid);
    return ProcessHandle.of(pid).isPresent()
        && (started.isEmpty() || started.get() == startedMillis);
  }

  private static Optional<Long> startedMillis(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().startInstant())
        .map(Instant::toEpochMilli);
  }
}
