package dev.stoker.agent.lease;

import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A node's bearer token and when to ask for the next one. Thread-safe. */
public final class NodeToken {
  private static final long NEVER = Long.MAX_VALUE;

  /** After a renewal that failed. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);

  private volatile String text;
  // The next two are guarded by this.
  private long startNanos;
  private long dueAfterNanos;

  /**
   * @param validSeconds 0 when it does not end
   */
  NodeToken(String text, long validSeconds, long nowNanos) {
    this.text = text;
    set(text, validSeconds, nowNanos);
  }

  String text() {
    return text;
  }

  synchronized void set(String next, long validSeconds, long nowNanos) {
    text = next;
    startNanos = nowNanos;
    dueAfterNanos = validSeconds <= 0 ? NEVER : TimeUnit.SECONDS.toNanos(validSeconds) / 2;
  }

  /** Not yet: the same question again in a while. */
  synchronized void later(long nowNanos) {
    startNanos = nowNanos;
    dueAfterNanos = Math.min(dueAfterNanos, RETRY_NANOS);
  }

  synchronized boolean isDue(long nowNanos) {
    return nowNanos - startNanos >= dueAfterNanos;
  }

  /** Tells one token from the next, and nothing of either. */
  public int fingerprint() {
    return Objects.hash(text);
  }

  @Override
  public String toString() {
    return "NodeToken[hidden]";
  }
}
