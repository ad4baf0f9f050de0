package dev.stoker.controller.dispatch;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two clocks: one for people, one for terms.
 *
 * @param wall what time it is
 * @param monotonicNanos never jumps; only differences mean anything
 */
public record Clocks(InstantSource wall, LongSupplier monotonicNanos) {
  public static Clocks system() {
    return new Clocks(InstantSource.system(), System::nanoTime);
  }

  public long wallMillis() {
    return wall.millis();
  }

  long nanos() {
    return monotonicNanos.getAsLong();
  }
}
