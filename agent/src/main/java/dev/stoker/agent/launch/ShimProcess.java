package dev.stoker.agent.launch;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The process of a shim. Thread-safe. */
sealed interface ShimProcess {

  long pid();

  boolean isAlive();

  void kill();

  /** Waits for its end; whether it came in time and the shim said that it left nothing behind. */
  boolean awaitCleanEnd(Duration atMost) throws InterruptedException;

  /** Started by this agent. */
  record Child(Process process) implements ShimProcess {
    @Override
    public long pid() {
      return process.pid();
    }

    @Override
    public boolean isAlive() {
      return process.isAlive();
    }

    @Override
    public void kill() {
      process.destroyForcibly();
    }

    @Override
    public boolean awaitCleanEnd(Duration atMost) throws InterruptedException {
      return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS) && process.exitValue() == 0;
    }
  }

  /** Started by an earlier agent: somebody else reaps it, so its exit status is never known. */
  record Adopted(ProcessIdentity identity) implements ShimProcess {
    /** A shim without processes ends in a millisecond or two. */
    private static final long LOOK_EVERY_MILLIS = 2;

    @Override
    public long pid() {
      return identity.pid();
    }

    @Override
    public boolean isAlive() {
      return identity.isAlive();
    }

    @Override
    public void kill() {
      identity.kill();
    }

    @Override
    public boolean awaitCleanEnd(Duration atMost) throws InterruptedException {
      long untilNanos = System.nanoTime() + atMost.toNanos();
      while (isAlive() && System.nanoTime() < untilNanos) {
        Thread.sleep(LOOK_EVERY_MILLIS);
      }
      return false;
    }
  }
}
