package dev.stoker.io.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the trials of a fault suite and prints the one line that is asked of it. Thread-safe.
 *
 * <p>{@code -Dstoker.trials=N} makes a suite longer, {@code -Dstoker.seed=N} repeats one.
 */
public final class Trials {
  private static final int MOST_TOLD = 10;

  private final String suite;
  private final long seed = Long.getLong("stoker.seed", System.nanoTime());
  private final AtomicInteger trials = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private final AtomicInteger doubled = new AtomicInteger();
  private final AtomicInteger corrupt = new AtomicInteger();
  private final List<String> told = new ArrayList<>();

  public Trials(String suite) {
    this.suite = suite;
  }

  /** How many trials are wanted, {@code inTests} unless somebody asked for more. */
  public static int wanted(int inTests) {
    return Integer.getInteger("stoker.trials", inTests);
  }

  public Random random() {
    return new Random(seed);
  }

  public void trial() {
    trials.incrementAndGet();
  }

  /** Somebody did not get what is his, or not in time. */
  public void lost(String what) {
    lost.incrementAndGet();
    tell("lost: " + what);
  }

  /** Something was done twice. */
  public void doubled(String what) {
    doubled.incrementAndGet();
    tell("doubled: " + what);
  }

  /** Wrong bytes were given out as right ones. */
  public void corrupt(String what) {
    corrupt.incrementAndGet();
    tell("corrupt: " + what);
  }

  private synchronized void tell(String what) {
    if (told.size() < MOST_TOLD) {
      told.add(what);
    }
  }

  /** Prints the result and fails unless all is well. */
  public void end() {
    String line =
        "%s: %d trials, %d lost, %d doubled, %d corrupt (-Dstoker.seed=%d)"
            .formatted(suite, trials.get(), lost.get(), doubled.get(), corrupt.get(), seed);
    System.out.println(line);
    synchronized (this) {
      if (lost.get() + doubled.get() + corrupt.get() > 0) {
        fail(line + "\n" + String.join("\n", told));
      }
      if (trials.get() == 0) {
        fail(suite + " tried nothing.");
      }
    }
  }
}
