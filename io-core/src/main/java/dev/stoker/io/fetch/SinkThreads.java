package dev.stoker.io.fetch;

import dev.stoker.io.asset.IoFailure;
import java.nio.ByteBuffer;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The threads that hand bytes to sinks: those for blocked readers first. Platform threads, since
 * sinks write to disks. What waits for them is bounded by the buffer pool.
 */
final class SinkThreads implements AutoCloseable {
  private static final long IDLE_SECONDS = 10;
  private static final long STOP_TIMEOUT_SECONDS = 30;

  private final ThreadPoolExecutor threads;
  private final Runnable memoryFreed;
  private final AtomicLong sequence = new AtomicLong();

  SinkThreads(int count, Runnable memoryFreed) {
    this.memoryFreed = memoryFreed;
    this.threads =
        new ThreadPoolExecutor(
            count,
            count,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new PriorityBlockingQueue<>(),
            Thread.ofPlatform().name("stoker-sink-", 0).daemon().factory());
    threads.allowCoreThreadTimeOut(true);
  }

  void deliver(Delivery delivery) {
    if (delivery.parts().isEmpty() || threads.isShutdown()) {
      release(delivery);
    } else {
      threads.execute(
          new Task(delivery.priority(), sequence.getAndIncrement(), () -> handOver(delivery)));
    }
  }

  /** Runs a chore that does not block, now if the threads are gone. */
  void soon(Runnable chore) {
    if (threads.isShutdown()) {
      chore.run();
    } else {
      threads.execute(new Task(Priority.DEMAND, sequence.getAndIncrement(), chore));
    }
  }

  private void release(Delivery delivery) {
    delivery.lease().release();
    memoryFreed.run();
  }

  private record Task(Priority priority, long number, Runnable work)
      implements Runnable, Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      int byPriority = priority.compareTo(other.priority);
      return byPriority != 0 ? byPriority : Long.compare(number, other.number);
    }

    @Override
    public void run() {
      work.run();
    }
  }

  private void handOver(Delivery delivery) {
    try {
      delivery.parts().forEach(part -> take(delivery, part));
    } finally {
      release(delivery);
    }
    // Ended only now: whoever hears of it may count on the memory being free.
    delivery.parts().forEach(part -> part.want().took(part.range().lengthBytes()));
  }

  private static void take(Delivery delivery, Delivery.Part part) {
    Want want = part.want();
    if (want.future.isDone()) {
      return;
    }
    ByteBuffer data =
        delivery
            .lease()
            .buffer()
            .slice((int) part.offsetInBuffer(), (int) part.range().lengthBytes());
    try {
      want.sink.accept(part.range().offset(), data);
    } catch (IoFailure e) {
      want.future.completeExceptionally(e);
    } catch (RuntimeException | Error e) {
      want.future.completeExceptionally(
          new IoFailure.Disk("Cannot store what was read of " + want.asset + ": " + e + ".", e));
    }
  }

  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("A sink did not return in time.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
