package dev.stoker.io.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** Whether this machine lets a test mount; skips it, or fails with CI=true, where not. */
public final class FuseAccess {
  private FuseAccess() {}

  public static void require() {
    boolean may =
        "root".equals(System.getProperty("user.name")) && Files.isWritable(Path.of("/dev/fuse"));
    if (!may) {
      MissingNeed.end("root and /dev/fuse");
    }
  }
}
