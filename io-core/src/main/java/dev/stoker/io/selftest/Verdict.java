package dev.stoker.io.selftest;

import java.nio.file.Path;
import java.util.Locale;

/** Says in one sentence which part is the bottleneck and what to do about it. */
final class Verdict {
  private static final double MEBIBYTE = 1 << 20;

  /** Closer than this, two rates are one: a second run would order them otherwise. */
  private static final double CLEARLY = 1.2;

  private Verdict() {}

  /**
   * @param diskWrite bytes a second that the cache's disk takes, the better way
   * @param origin its name, empty for none
   * @param fetched bytes a second that it gives
   */
  static String of(Path folder, long diskWrite, String origin, long fetched) {
    if (origin.isEmpty()) {
      return "The disk of %s takes %s; name a URI to learn whether the network keeps up with it."
          .formatted(folder, text(diskWrite));
    }
    if (fetched > CLEARLY * diskWrite) {
      return "The disk of %s is the bottleneck: it takes %s, and %s gives %s; put the cache on a local NVMe disk (cache.folder), or spread it over several."
          .formatted(folder, text(diskWrite), origin, text(fetched));
    }
    if (diskWrite > CLEARLY * fetched) {
      return "The way to %s is the bottleneck: it gives %s, and the disk of %s takes %s; check the VM's network size, the account's region and its limits, or warm the cache before jobs start."
          .formatted(origin, text(fetched), folder, text(diskWrite));
    }
    return "Nothing stands out: %s gives %s and the disk of %s takes %s; more speed needs a larger VM, network and disk alike."
        .formatted(origin, text(fetched), folder, text(diskWrite));
  }

  private static String text(long bytesPerSecond) {
    return String.format(Locale.ROOT, "%.0f MiB/s", bytesPerSecond / MEBIBYTE);
  }
}
