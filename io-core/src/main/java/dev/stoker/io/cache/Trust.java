package dev.stoker.io.cache;

import java.time.Duration;

/**
 * How long a check is believed where the kernel reads files past our checksums.
 *
 * @param verifyAfter {@code cache.verifyAfter}: a file is laid out only when each of its grains was
 *     checked by this process and within that time
 * @param scrubEvery how long after the end of one scrub the next begins
 * @param scrubBytesPerSecond what a scrub reads at most
 */
public record Trust(Duration verifyAfter, Duration scrubEvery, long scrubBytesPerSecond) {
  /**
   * A day is what the design allows. Ten minutes is the length of a long frame. 32 MiB/s is 1 to 2
   * % of an NVMe disk and of a core, and reads 2.6 TiB in the day that a check is believed.
   */
  public static final Trust DEFAULT =
      new Trust(Duration.ofHours(24), Duration.ofMinutes(10), 32L << 20);

  /** The same with another {@link #verifyAfter}. */
  public Trust withVerifyAfter(Duration other) {
    return new Trust(other, scrubEvery, scrubBytesPerSecond);
  }

  public Trust {
    if (verifyAfter.isNegative() || !scrubEvery.isPositive() || scrubBytesPerSecond < Grain.BYTES) {
      throw new IllegalArgumentException(
          "A scrub needs a pause and 64 KiB a second at least, not "
              + scrubEvery
              + " and "
              + scrubBytesPerSecond
              + " bytes.");
    }
  }
}
