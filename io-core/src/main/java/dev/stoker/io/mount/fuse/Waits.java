package dev.stoker.io.mount.fuse;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.fetch.BufferPool;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.posix.FuseDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Requests that wait for an origin, a virtual thread each. How many there may be, and how much
 * memory their answers take, is bounded; who finds no room waits for it until his deadline.
 *
 * <p>Thread-safe.
 */
final class Waits implements AutoCloseable {
  /** The kernel has at most 64 reads under way; the rest are lookups, one a thread that asks. */
  private static final int MAX_WAITING = 1024;

  private static final int UNIT_BYTES = 64 << 10;

  /** How often somebody whose call goes on is looked at, after a signal that did not kill him. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);

  /** SIGKILL in the masks of /proc/PID/status; every signal that is to end a process becomes it. */
  private static final long KILLED = 1L << 8;

  private final Dispatcher dispatcher;
  private final FailureLog failures;
  private final BufferPool pool;
  private final Semaphore memory;
  private final int units;
  private final Semaphore slots = new Semaphore(MAX_WAITING);
  private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();
  private final Map<Thread, Long> atOnce = new ConcurrentHashMap<>();
  private final Set<Long> watched = ConcurrentHashMap.newKeySet();
  private final ArrayDeque<PooledAnswer> answers = new ArrayDeque<>(); // guarded by itself

  Waits(long memoryBytes, Dispatcher dispatcher, FailureLog failures) {
    this.dispatcher = dispatcher;
    this.failures = failures;
    this.pool = new BufferPool(Math.max(16 << 20, memoryBytes));
    this.units = (int) (pool.ceilingBytes() / UNIT_BYTES);
    this.memory = new Semaphore(units, true);
  }

  /** One request that waits. */
  private record Waiting(Thread thread, int pid) {}

  /** The calling thread carries a request out at once. */
  void begun(long unique) {
    atOnce.put(Thread.currentThread(), unique);
  }

  void ended() {
    atOnce.remove(Thread.currentThread());
  }

  /** Carries a request out on a thread that may wait. */
  void start(FuseDevice channel, Request request, Call call) {
    PooledAnswer answer = answer();
    answer.begin(channel, request.unique());
    Request own;
    try {
      if (!slots.tryAcquire(call.deadline().remainingNanos(), TimeUnit.NANOSECONDS)) {
        throw new IoFailure.TimedOut(
            "A mount has " + MAX_WAITING + " requests that wait; one more was given up.");
      }
      own = kept(request, answer, call);
    } catch (RuntimeException e) {
      failures.answer(e, answer);
      giveBack(answer);
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.fail(Errno.EINTR.number());
      return;
    }
    Thread thread =
        Thread.ofVirtual()
            .name("fuse wait " + request.unique())
            .unstarted(() -> run(own, call, answer));
    waiting.put(request.unique(), new Waiting(thread, request.pid()));
    thread.start();
  }

  /** Bytes to write stand in the channel's buffer, which is read into again at once. */
  private Request kept(Request request, PooledAnswer answer, Call call) {
    if (!(request.operation() instanceof Request.Write write)) {
      return request;
    }
    ByteBuffer copy = answer.body(write.data().remaining(), call);
    int start = copy.position();
    copy.put(write.data().duplicate());
    copy.flip().position(start);
    return new Request(
        request.unique(),
        request.node(),
        request.uid(),
        request.gid(),
        request.pid(),
        new Request.Write(write.handle(), write.offset(), copy));
  }

  private void run(Request request, Call call, PooledAnswer answer) {
    try {
      dispatcher.perform(request, call, answer);
    } catch (RuntimeException e) {
      failures.answer(e, answer);
    } finally {
      waiting.remove(request.unique());
      watched.remove(request.unique());
      giveBack(answer);
      slots.release();
    }
  }

  /**
   * Somebody who waits got a signal. Only one that kills him ends the call: reads of a file are
   * never interrupted on other file systems, and programs do not expect it.
   *
   * @return false when no such request is under way here
   */
  boolean interrupt(long unique) {
    Waiting waits = waiting.get(unique);
    if (waits == null) {
      return atOnce.containsValue(unique);
    }
    if (isKilled(waits.pid())) {
      waits.thread().interrupt();
    } else if (watched.add(unique)) {
      // The kernel tells of a first signal only.
      Thread.ofVirtual().name("fuse watch " + unique).start(() -> watch(unique));
    }
    return true;
  }

  private void watch(long unique) {
    try {
      for (Waiting waits = waiting.get(unique); waits != null; waits = waiting.get(unique)) {
        if (isKilled(waits.pid())) {
          waits.thread().interrupt();
          return;
        }
        Thread.sleep(LOOK_EVERY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether a thread is about to die; one that is gone is. */
  private static boolean isKilled(int tid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + tid + "/status"))) {
        if ((line.startsWith("SigPnd:") || line.startsWith("ShdPnd:"))
            && (Long.parseUnsignedLong(line.substring(7).strip(), 16) & KILLED) != 0) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private PooledAnswer answer() {
    synchronized (answers) {
      PooledAnswer known = answers.pollLast();
      return known == null ? new PooledAnswer() : known;
    }
  }

  private void giveBack(PooledAnswer answer) {
    answer.release();
    synchronized (answers) {
      answers.addLast(answer);
    }
  }

  /** An answer whose body is taken from the pool. */
  private final class PooledAnswer extends Answer {
    private BufferPool.@Nullable Lease lease;
    private int taken;

    @Override
    ByteBuffer body(int bytes, Call call) {
      if (lease == null) {
        take(bytes, call);
      }
      BufferPool.Lease mine = lease;
      if (mine == null || mine.buffer().capacity() < bytes) {
        throw new IoFailure.TimedOut("A request's answer found no memory before its deadline.");
      }
      return mine.buffer().order(ByteOrder.nativeOrder()).clear().limit(bytes);
    }

    private void take(int bytes, Call call) {
      int wanted =
          Integer.highestOneBit(2 * ((Math.max(1, bytes) + UNIT_BYTES - 1) / UNIT_BYTES) - 1);
      try {
        if (!memory.tryAcquire(wanted, call.deadline().remainingNanos(), TimeUnit.NANOSECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IoFailure.Canceled("A request was given up.");
      }
      taken = wanted;
      lease = pool.tryTake(bytes, Priority.DEMAND);
    }

    private void release() {
      if (lease != null) {
        lease.release();
        lease = null;
      }
      memory.release(taken);
      taken = 0;
    }
  }

  /** Gives up what still waits. */
  @Override
  public void close() {
    waiting.values().forEach(waits -> waits.thread().interrupt());
    pool.close();
  }
}
