package dev.stoker.agent.session;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Whether somebody wants a session's action stopped, and how soon. Thread-safe. */
final class CancelRequest {
  private record Wish(Duration grace, long atNanos) {}

  private final AtomicReference<@Nullable Wish> wish = new AtomicReference<>();

  /** Asks; asking again can only make it sooner. */
  void make(Duration grace) {
    wish.updateAndGet(
        made ->
            made == null || grace.compareTo(made.grace) < 0
                ? new Wish(grace, System.nanoTime())
                : made);
  }

  void clear() {
    wish.set(null);
  }

  /** How long the action may take to end, at most; empty when nobody asked. */
  Optional<Duration> grace() {
    return Optional.ofNullable(wish.get()).map(Wish::grace);
  }

  /** When it was asked, on {@link System#nanoTime}'s clock. */
  long atNanos() {
    Wish made = wish.get();
    return made == null ? System.nanoTime() : made.atNanos;
  }
}
