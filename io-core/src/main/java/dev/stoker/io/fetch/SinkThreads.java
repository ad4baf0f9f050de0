package dev.stoker.io.fetch;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The threads that hand bytes to sinks: those for blocked readers first. Platform threads, since
 * sinks write to disks. What waits for them is bounded by the buffer pool.
 *
 * <p>Small deliveries are left to a thread that is at work already, a few at a time, before another
 * is woken for them: to wake one costs about what writing a small file does. Whatever a reader
 * waits for, and whatever is large, wakes one at once.
 */
final class SinkThreads implements AutoCloseable {
  private static final long IDLE_SECONDS = 10;
  private static final long STOP_TIMEOUT_SECONDS = 30;

  /** How many small ones may wait for each thread at work. */
  private static final int FEW = 8;

  /** Takes a disk longer than waking a thread takes. */
  private static final int LARGE_BYTES = 512 << 10;

  /**
   * A thread that has been at one delivery for so long may stay there; what comes finds another.
   */
  private static final long STUCK_NANOS = 2_000_000;

  private final int most;
  private final Runnable memoryFreed;
  private final AtomicLong undelivered = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  // Guarded by lock: all below.
  private final PriorityQueue<Task> queue = new PriorityQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private long sequence;
  private long started;

  /** Threads in a wait, and how many of those were woken and have not run yet. */
  private int waiting;

  private int woken;

  private int largeQueued;
  private long lastTakenNanos;
  private boolean stopping;

  SinkThreads(int count, Runnable memoryFreed) {
    this.most = count;
    this.memoryFreed = memoryFreed;
  }

  private record Task(Priority priority, long number, boolean large, Runnable work)
      implements Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      int byPriority = priority.compareTo(other.priority);
      return byPriority != 0 ? byPriority : Long.compare(number, other.number);
    }
  }

  /** Bytes that wait for a sink or are with one. */
  long undeliveredBytes() {
    return undelivered.get();
  }

  void deliver(Delivery delivery) {
    long bytes = delivery.bytes();
    undelivered.addAndGet(bytes);
    if (delivery.parts().isEmpty()
        || !add(delivery.priority(), bytes >= LARGE_BYTES, () -> handOver(delivery))) {
      undelivered.addAndGet(-bytes);
      release(delivery);
    }
  }

  /** Runs a chore that does not block, now if the threads are gone. */
  void soon(Runnable chore) {
    if (!add(Priority.DEMAND, false, chore)) {
      chore.run();
    }
  }

  /** False when no thread will come to it any more. */
  private boolean add(Priority priority, boolean large, Runnable work) {
    lock.lock();
    try {
      if (stopping) {
        return false;
      }
      queue.add(new Task(priority, sequence++, large, work));
      largeQueued += large ? 1 : 0;
      callHelp();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: has another thread work where that pays. */
  private void callHelp() {
    int busy = threads.size() - waiting + woken;
    boolean pays =
        busy == 0
            || largeQueued > 0
            || queue.size() > FEW * busy
            || (!queue.isEmpty() && queue.peek().priority == Priority.DEMAND)
            || System.nanoTime() - lastTakenNanos > STUCK_NANOS;
    if (!pays || queue.isEmpty()) {
      return;
    }
    if (waiting > woken) {
      woken++;
      arrived.signal();
    } else if (threads.size() < most) {
      // Not by the JDK's factory, whose counter alone costs a command's start 10 ms.
      Thread thread =
          Thread.ofPlatform().name("stoker-sink-" + started++).daemon().unstarted(this::work);
      threads.add(thread);
      thread.start();
    }
  }

  private void work() {
    for (Task task = next(); task != null; task = next()) {
      try {
        task.work.run();
      } catch (RuntimeException e) {
        // Sinks' failures are their wants'; this is a fault of ours, which must not cost a thread.
        // Not from a field: the first logger of a process costs a tenth of a command's start.
        System.getLogger(SinkThreads.class.getName())
            .log(System.Logger.Level.ERROR, "A fetched piece could not be handed over.", e);
      }
    }
  }

  /** The next task; null when there was none for a while, or there will be none any more. */
  private @Nullable Task next() {
    lock.lock();
    try {
      if (!waitForOne()) {
        threads.remove(Thread.currentThread());
        return null;
      }
      Task task = queue.remove();
      largeQueued -= task.large ? 1 : 0;
      lastTakenNanos = System.nanoTime();
      callHelp();
      return task;
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: whether there is a task, after a wait where need be. */
  private boolean waitForOne() {
    long left = TimeUnit.SECONDS.toNanos(IDLE_SECONDS);
    while (queue.isEmpty() && !stopping && left > 0) {
      waiting++;
      try {
        left = arrived.awaitNanos(left);
      } catch (InterruptedException e) {
        // Meant for a sink that this thread ran; it has nothing more to end, and waits on.
      } finally {
        waiting--;
        // One that ends its wait by itself may take another's call; that one then counts as
        // waiting, and comes all the same.
        woken = Math.max(0, woken - 1);
      }
    }
    return !queue.isEmpty();
  }

  private void release(Delivery delivery) {
    delivery.lease().release();
    memoryFreed.run();
  }

  private void handOver(Delivery delivery) {
    try {
      delivery.hand();
    } finally {
      undelivered.addAndGet(-delivery.bytes());
      release(delivery);
    }
    // Ended only now: whoever hears of it may count on the memory being free.
    delivery.tellTaken(Runnable::run);
  }

  /** Ends what is queued, then the threads. */
  @Override
  public void close() {
    List<Thread> left;
    lock.lock();
    try {
      stopping = true;
      arrived.signalAll();
      left = List.copyOf(threads);
    } finally {
      lock.unlock();
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_TIMEOUT_SECONDS);
    try {
      for (Thread thread : left) {
        long millis = (end - System.nanoTime()) / 1_000_000;
        thread.join(Math.max(1, millis));
        if (thread.isAlive()) {
          throw new IllegalStateException("A sink did not return in time.");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
