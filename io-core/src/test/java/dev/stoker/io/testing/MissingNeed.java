package dev.stoker.io.testing;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * What happens to a test that needs what this machine lacks: it is skipped, or fails with CI=true.
 *
 * <p>A class of its own, so that the servers and disks of this package load without JUnit, as the
 * benchmarks use them.
 */
final class MissingNeed {
  private MissingNeed() {}

  /**
   * Ends the test.
   *
   * @param what such as "root and /dev/fuse"
   */
  static void end(String what) {
    if ("true".equals(System.getenv("CI"))) {
      fail("This test needs " + what + ", and CI=true allows no skip.");
    }
    abort("needs " + what);
  }
}
