package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.Deadline;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Stores files some time after they were closed, several at a time; what fails is tried again,
 * later each time.
 *
 * <p>Thread-safe. Its lock may be taken by who holds a file's lock; it takes no other.
 */
final class WriteBack implements Spool.Storing, AutoCloseable {
  /** Small files wait for answers, not for the link. */
  private static final int UPLOADS_AT_ONCE = 16;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  /** Times of {@link System#nanoTime()} are compared by their distance from it. */
  private static final long NOW_BASE = System.nanoTime();

  /** An interrupted upload lets go of its connection within it. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private static final long CLOSE_PAUSE_MILLIS = 50;

  /** An origin that comes back is noticed within it. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

  private final Uploads uploads;
  private final long delayNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Semaphore slots = new Semaphore(UPLOADS_AT_ONCE);
  private final Thread thread;
  // Guarded by lock: all below.
  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(Comparator.comparingLong((Due due) -> due.atNanos - NOW_BASE));
  private final Set<Thread> running = new HashSet<>();
  private int starting;
  private boolean closed;

  /** A file's place in the queue. */
  static final class Due {
    private final ScratchFile file;
    private long atNanos;

    private Due(ScratchFile file, long atNanos) {
      this.file = file;
      this.atNanos = atNanos;
    }
  }

  WriteBack(Uploads uploads, Duration delay) {
    this.uploads = uploads;
    this.delayNanos = delay.toNanos();
    this.thread = Thread.ofVirtual().name("scratch write-back").start(this::run);
  }

  /** Has a closed file stored after the delay. */
  void add(ScratchFile file) {
    add(file, delayNanos);
  }

  /** Has a file stored now. */
  void addNow(ScratchFile file) {
    add(file, 0);
  }

  private void add(ScratchFile file, long waitNanos) {
    lock.lock();
    try {
      if (closed) {
        return; // it is in the spool, for the next mount
      }
      if (file.due != null) {
        queue.remove(file.due);
      }
      file.due = new Due(file, System.nanoTime() + waitNanos);
      queue.add(file.due);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Stores a file while the caller waits. */
  Uploads.Outcome storeNow(ScratchFile file) {
    Uploads.Outcome outcome = uploads.store(file, true);
    if (outcome == Uploads.Outcome.FAILED) {
      ended(file, outcome);
    }
    return outcome;
  }

  private void run() {
    try {
      while (true) {
        slots.acquire();
        ScratchFile file = next();
        if (file == null) {
          return;
        }
        start(file);
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void start(ScratchFile file) {
    Thread upload =
        Thread.ofVirtual().name("scratch upload " + file.id).unstarted(() -> upload(file));
    lock.lock();
    try {
      starting--;
      running.add(upload);
    } finally {
      lock.unlock();
    }
    upload.start();
  }

  /** The next that is due; null at the end. */
  private @Nullable ScratchFile next() throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        Due first = queue.peek();
        long waitNanos = first == null ? Long.MAX_VALUE : first.atNanos - System.nanoTime();
        if (first != null && waitNanos <= 0) {
          queue.remove();
          first.file.due = null;
          starting++;
          return first.file;
        }
        long _ = changed.awaitNanos(waitNanos);
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void upload(ScratchFile file) {
    Uploads.Outcome outcome = Uploads.Outcome.FAILED;
    try {
      outcome = uploads.store(file, false);
    } finally {
      slots.release();
      lock.lock();
      try {
        running.remove(Thread.currentThread());
        ended(file, outcome);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private void ended(ScratchFile file, Uploads.Outcome outcome) {
    lock.lock();
    try {
      if (outcome == Uploads.Outcome.FAILED) {
        long pause = FIRST_PAUSE.toNanos() << Math.min(file.failures++, 10);
        add(file, Math.min(pause, LONGEST_PAUSE.toNanos()));
      } else {
        file.failures = 0;
        if (outcome == Uploads.Outcome.NOT_NOW && file.dirty && file.writers == 0 && !file.gone) {
          add(file, Math.max(delayNanos, FIRST_PAUSE.toNanos()));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean hasWork() {
    lock.lock();
    try {
      return starting > 0 || !running.isEmpty() || !queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** All that waits for its time is due, but for what failed lately. */
  @Override
  public void hurry() {
    lock.lock();
    try {
      long now = System.nanoTime();
      for (Due due : queue.toArray(Due[]::new)) {
        if (due.file.failures == 0 && due.atNanos - now > 0) {
          queue.remove(due);
          due.atNanos = now;
          queue.add(due);
        }
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** After the last write: waits until all is stored, or the time is up. */
  void drain(List<ScratchFile> notStored, Deadline deadline) {
    uploads.endOfWriting();
    notStored.forEach(this::addNow);
    hurry();
    lock.lock();
    try {
      while (hasWork() && !deadline.hasPassed()) {
        boolean _ = changed.await(deadline.remainingMillis() + 1, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Begins nothing more and gives up what is under way. */
  @Override
  public void close() {
    Deadline deadline = Deadline.after(CLOSE_PATIENCE);
    lock.lock();
    try {
      closed = true;
      queue.clear();
      changed.signalAll();
      while (hasWork() && !deadline.hasPassed()) {
        running.forEach(Thread::interrupt);
        boolean _ = changed.await(CLOSE_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
  }
}
