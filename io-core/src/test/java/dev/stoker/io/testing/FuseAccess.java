package dev.stoker.io.testing;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Whether this machine lets a test mount; skips it, or fails with CI=true, where not. */
public final class FuseAccess {
  private FuseAccess() {}

  public static void require() {
    boolean may =
        "root".equals(System.getProperty("user.name")) && Files.isWritable(Path.of("/dev/fuse"));
    if (!may && "true".equals(System.getenv("CI"))) {
      fail("Cannot mount; this test needs root and /dev/fuse, and CI=true allows no skip.");
    }
    assumeTrue(may, "needs root and /dev/fuse");
  }
}
