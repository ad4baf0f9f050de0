package dev.stoker.agent.lease;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Time since the machine started. Goes on while it is suspended (CLOCK_BOOTTIME, clock_gettime(2)),
 * so a node that was asleep knows that its leases are over.
 */
@FunctionalInterface
public interface BootClock {

  /** Milliseconds; the kernel's file has a resolution of 10. */
  long millis();

  /** The machine's, read from {@code /proc/uptime} (proc(5)), which needs no native call. */
  static BootClock system() {
    return () -> {
      try {
        String text = Files.readString(Path.of("/proc/uptime"));
        return (long) (Double.parseDouble(text.substring(0, text.indexOf(' '))) * 1000);
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read how long this machine runs.", e);
      }
    };
  }
}
