package dev.stoker.io.fetch;

import java.util.concurrent.Future;

/** What an {@link OriginQueue} needs of the engine around it. Thread-safe. */
interface QueueHost {
  long nanoTime();

  BufferPool pool();

  Backoff backoff();

  /** Runs {@code chore} later, off the I/O threads; it must not block. */
  Future<?> later(long delayNanos, Runnable chore);

  /** Runs {@code chore} on another thread, at once; it must not block. Never dropped. */
  void soon(Runnable chore);

  /** Bytes that came in and that no sink has taken yet. */
  long undeliveredBytes();

  /** Hands bytes to their sinks, then releases the buffer. */
  void deliver(Delivery delivery);

  /** Hands bytes to their sinks at once, on this thread; the buffer stays the caller's. */
  void deliverHere(Delivery delivery);

  /** Its sinks have these bytes already. */
  void spliced(Delivery delivery);

  void answered(String origin, long bytes, long latencyNanos);

  void failed(String origin, Throwable failure);
}
