package dev.stoker.agent.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The time that is left to a node whose machine is taken away. Thread-safe. */
final class Eviction {
  /** Between a frame's last sample and its last byte in the store. */
  private static final Duration LAST_UPLOAD = Duration.ofSeconds(5);

  private final List<SlotWorker> workers;
  private volatile @Nullable Notice notice;

  private record Notice(Instant notBefore, String why) {}

  Eviction(List<SlotWorker> workers) {
    this.workers = workers;
  }

  void begin(Instant notBefore, String why) {
    notice = new Notice(notBefore, "The machine goes: " + why + ".");
    handBack();
  }

  void callOff() {
    notice = null;
  }

  boolean isUnderWay() {
    return notice != null;
  }

  /** Hands back what will not end in time; does nothing when no eviction is under way. */
  void handBack() {
    Notice now = notice;
    if (now != null) {
      Duration left = Duration.between(Instant.now(), now.notBefore()).minus(LAST_UPLOAD);
      workers.forEach(worker -> worker.handBack(left, now.why()));
    }
  }
}
