package dev.stoker.agent.cli;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Ends a long-running command in order: on SIGINT, SIGTERM or SIGHUP everything that it opened is
 * closed, last first, and the process exits with 0. Thread-safe.
 *
 * <p>A signal reaches Java as a shutdown hook, after which the exit status would be 128 + the
 * signal; halting from the hook, when all is closed, is what turns it into 0.
 */
final class Shutdown implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Shutdown.class.getName());

  /** Longer than publishing a frame takes, shorter than systemd's patience of 90 s. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private static volatile boolean exiting;

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /** Held while a part is opened, and from the beginning of the end. */
  private final ReentrantLock opening = new ReentrantLock();

  private volatile boolean ending;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onSignal, "stoker-shutdown");
  private final int exitCode;
  private final Duration patience;

  private Shutdown(int exitCode, Duration patience) {
    this.exitCode = exitCode;
    this.patience = patience;
  }

  static Shutdown onSignals() {
    return onSignals(0, PATIENCE);
  }

  /**
   * @param exitCode what the process ends with after a signal
   * @param patience how long closing may take then
   */
  static Shutdown onSignals(int exitCode, Duration patience) {
    Shutdown shutdown = new Shutdown(exitCode, patience);
    Runtime.getRuntime().addShutdownHook(shutdown.hook);
    return shutdown;
  }

  /** Ends the process on a command's own account; the hooks then leave the exit code alone. */
  static void exit(int exitCode) {
    exiting = true;
    System.exit(exitCode);
  }

  /** Opens a part. */
  interface Opening<T extends AutoCloseable, E extends Exception> {
    T open() throws E;
  }

  /**
   * Opens something to close, such as a mount, which must not stay: a signal that comes meanwhile
   * waits until it is there. After a signal nothing is opened; the caller waits for the end.
   */
  <T extends AutoCloseable, E extends Exception> T opening(Opening<T, E> part) throws E {
    opening.lock();
    try {
      if (ending) {
        awaitTheEnd();
      }
      return closing(part.open());
    } finally {
      opening.unlock();
    }
  }

  /** The hook halts the process, at the latest when its patience ends. */
  private static void awaitTheEnd() {
    while (true) {
      LockSupport.park();
    }
  }

  /** Remembers something to close. */
  <T extends AutoCloseable> T closing(T part) {
    synchronized (opened) {
      opened.push(part);
    }
    return part;
  }

  /** Waits until a signal has closed everything. */
  void await() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void onSignal() {
    if (exiting) {
      return;
    }
    Thread closer = Thread.ofPlatform().name("stoker-closing").daemon().start(this::close);
    try {
      if (!closed.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        System.err.println(
            "stoker: Closing took more than " + patience.toSeconds() + " s; leaving.");
        Runtime.getRuntime().halt(CommandFailure.FAILED);
      }
      closer.join(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.out.flush();
    Runtime.getRuntime().halt(exitCode);
  }

  /** Closes everything, last opened first; a part that fails does not keep the others open. */
  @Override
  public void close() {
    opening.lock(); // what is being opened is closed, too
    try {
      ending = true;
    } finally {
      opening.unlock();
    }
    while (true) {
      AutoCloseable part;
      synchronized (opened) {
        if (opened.isEmpty()) {
          break;
        }
        part = opened.pop();
      }
      try {
        part.close();
      } catch (Exception e) {
        LOG.log(System.Logger.Level.WARNING, "A part did not close: " + e.getMessage());
      }
    }
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook is what closes.
    }
  }
}
