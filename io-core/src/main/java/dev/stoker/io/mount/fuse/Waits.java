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
 * Requests that wait for an origin, a virtual thread each. So many are at work at once; more stand
 * in line behind them until their deadlines, and where the line is full as well a request is
 * refused. Whoever starts one goes on at once: only bytes to write, for which there is no memory,
 * hold a channel up, and never the last one.
 *
 * <p>Thread-safe.
 */
final class Waits implements AutoCloseable {
  /** How many stand in line for each that is at work; a thread and its request take 2 KiB or so. */
  private static final int IN_LINE = 8;

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
  private final int most;
  private final Semaphore places;
  private final Semaphore slots;

  /** Channels that may be held up. */
  private final Semaphore spareChannels;

  private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();
  private final Map<Thread, Long> atOnce = new ConcurrentHashMap<>();
  private final Set<Long> watched = ConcurrentHashMap.newKeySet();
  private final ArrayDeque<PooledAnswer> answers = new ArrayDeque<>(); // guarded by itself

  Waits(SessionOptions options, Dispatcher dispatcher, FailureLog failures) {
    this.dispatcher = dispatcher;
    this.failures = failures;
    this.most = options.mostWaiting();
    this.slots = new Semaphore(most, true);
    this.places = new Semaphore(most * (1 + IN_LINE));
    this.spareChannels = new Semaphore(options.channels() - 1);
    this.pool = new BufferPool(Math.max(16 << 20, options.memoryBytes()));
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

  /**
   * Has a request carried out by a thread that may wait.
   *
   * @throws RuntimeException with which the caller answers, where there is no room for it
   */
  void start(FuseDevice channel, Request request, Call call) {
    if (!places.tryAcquire()) {
      throw new IoFailure.Unavailable(
          "A mount has "
              + most
              + " requests that wait for an origin and "
              + most * IN_LINE
              + " in line; one more was refused.",
          null);
    }
    boolean started = false;
    try {
      Kept kept = kept(channel, request, call);
      Thread thread =
          Thread.ofVirtual()
              .name("fuse wait " + request.unique())
              .unstarted(() -> run(channel, kept, call));
      waiting.put(request.unique(), new Waiting(thread, request.pid()));
      thread.start();
      started = true;
    } finally {
      if (!started) {
        places.release();
      }
    }
  }

  /**
   * A request that is apart from the channel it came by.
   *
   * @param answer in whose body its bytes to write are; null where it has none
   */
  private record Kept(Request request, @Nullable PooledAnswer answer) {}

  /** Bytes to write stand in the channel's buffer, which is read into again at once. */
  private Kept kept(FuseDevice channel, Request request, Call call) {
    if (!(request.operation() instanceof Request.Write write)) {
      return new Kept(request, null);
    }
    PooledAnswer answer = answer(channel, request);
    boolean copied = false;
    try {
      ByteBuffer copy = copy(write.data(), answer, call);
      copied = true;
      return new Kept(
          new Request(
              request.unique(),
              request.node(),
              request.uid(),
              request.gid(),
              request.pid(),
              new Request.Write(write.handle(), write.offset(), copy)),
          answer);
    } finally {
      if (!copied) {
        giveBack(answer);
      }
    }
  }

  private ByteBuffer copy(ByteBuffer data, PooledAnswer answer, Call call) {
    boolean held = !answer.tryTake(data.remaining());
    if (held && !spareChannels.tryAcquire()) {
      throw new IoFailure.Unavailable(
          "A mount has no memory left for what is written while it waits for an origin; one write"
              + " was refused.",
          null);
    }
    try {
      ByteBuffer copy = answer.body(data.remaining(), call);
      int start = copy.position();
      copy.put(data.duplicate());
      return copy.flip().position(start);
    } finally {
      if (held) {
        spareChannels.release();
      }
    }
  }

  private void run(FuseDevice channel, Kept kept, Call call) {
    Request request = kept.request();
    PooledAnswer answer = kept.answer();
    boolean mine = false;
    try {
      mine = slots.tryAcquire(Math.max(1, call.deadline().remainingNanos()), TimeUnit.NANOSECONDS);
      if (answer == null) {
        answer = answer(channel, request);
      }
      perform(request, call, answer, mine);
    } catch (InterruptedException e) {
      if (answer == null) {
        answer = answer(channel, request);
      }
      answer.fail(Errno.EINTR.number());
    } finally {
      waiting.remove(request.unique());
      watched.remove(request.unique());
      if (answer != null) {
        giveBack(answer);
      }
      if (mine) {
        slots.release();
      }
      places.release();
    }
  }

  private void perform(Request request, Call call, PooledAnswer answer, boolean mine) {
    try {
      if (!mine) {
        throw new IoFailure.TimedOut(
            "A mount has " + most + " requests that wait for an origin; one more was given up.");
      }
      dispatcher.perform(request, call, answer);
    } catch (RuntimeException e) {
      failures.answer(e, answer);
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

  private PooledAnswer answer(FuseDevice channel, Request request) {
    PooledAnswer known;
    synchronized (answers) {
      known = answers.pollLast();
    }
    PooledAnswer answer = known == null ? new PooledAnswer() : known;
    answer.begin(channel, request.unique());
    return answer;
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
      try {
        int wanted = units(bytes);
        if (memory.tryAcquire(wanted, call.deadline().remainingNanos(), TimeUnit.NANOSECONDS)) {
          took(wanted, bytes);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IoFailure.Canceled("A request was given up.");
      }
    }

    /** Takes the memory of a body if it is to be had now. */
    private boolean tryTake(int bytes) {
      int wanted = units(bytes);
      boolean had = memory.tryAcquire(wanted);
      if (had) {
        took(wanted, bytes);
      }
      return had;
    }

    private void took(int wanted, int bytes) {
      taken = wanted;
      lease = pool.tryTake(bytes, Priority.DEMAND);
    }

    private static int units(int bytes) {
      return Integer.highestOneBit(2 * ((Math.max(1, bytes) + UNIT_BYTES - 1) / UNIT_BYTES) - 1);
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
