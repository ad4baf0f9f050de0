package dev.stoker.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread of all simulated agents: their sockets and their timers. Thousands of agents share
 * two cores with the controller and its database; a thread and a JSON tree for each request took
 * half a core, this takes a tenth. Everything but {@link #execute} and {@link #close} is called on
 * the loop's own thread.
 */
final class LoadLoop implements AutoCloseable, Executor {
  private static final int LARGEST_READ_BYTES = 64 * 1_024;
  private static final long SWEEP_MILLIS = 1_000;

  private final Selector selector;
  private final Queue<Runnable> handedOver = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::atNanos));
  private final List<WireChannel> channels = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(LARGEST_READ_BYTES);
  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param atNanos by {@link System#nanoTime}, which an hour's run does not wrap
   */
  private record Timer(long atNanos, Runnable task) {}

  LoadLoop() throws IOException {
    selector = Selector.open();
    thread = Thread.ofPlatform().name("agents").start(this::run);
  }

  @Override
  public void execute(Runnable task) {
    handedOver.add(task);
    selector.wakeup();
  }

  /** Runs a task later. */
  void after(long millis, Runnable task) {
    timers.add(new Timer(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis), task));
  }

  Selector selector() {
    return selector;
  }

  /** Looks after a channel's deadlines until the end. */
  void watch(WireChannel channel) {
    channels.add(channel);
  }

  /** For what is written or read right now. */
  ByteBuffer buffer() {
    return buffer.clear();
  }

  private void run() {
    after(SWEEP_MILLIS, this::sweep);
    try (selector) {
      while (!closed) {
        selector.select(LoadLoop::ready, millisToNext());
        for (Runnable task = handedOver.poll(); task != null; task = handedOver.poll()) {
          task.run();
        }
        runTimers();
      }
    } catch (IOException e) {
      throw new IllegalStateException("The agents' loop ended.", e);
    } finally {
      channels.forEach(WireChannel::close);
    }
  }

  private static void ready(SelectionKey key) {
    ((WireChannel) key.attachment()).read();
  }

  private long millisToNext() {
    Timer next = timers.peek();
    long nanos = next == null ? Long.MAX_VALUE : next.atNanos - System.nanoTime();
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
  }

  private void runTimers() {
    long now = System.nanoTime();
    for (Timer next = timers.peek(); next != null && next.atNanos <= now; next = timers.peek()) {
      timers.remove();
      next.task.run();
    }
  }

  private void sweep() {
    channels.forEach(WireChannel::endIfLate);
    after(SWEEP_MILLIS, this::sweep);
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
