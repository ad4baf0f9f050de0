package dev.stoker.io.mount.scratch;

import dev.stoker.io.testing.FuseAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A tree that is written to behaves as ext4 does, and what was written is at the origin afterwards.
 * {@code -Dstoker.operations=N} and {@code -Dstoker.seed=N} make it longer and repeat it.
 */
@Timeout(3600)
class ScratchFsxTest {
  @TempDir Path top;

  @BeforeEach
  void require() {
    FuseAccess.require();
  }

  private static int operations(int inTests) {
    return Integer.getInteger("stoker.operations", inTests);
  }

  @Test
  void aTreeOfFilesBehavesAsExt4AndIsStored() throws IOException {
    Path origin = Files.createDirectory(top.resolve("origin"));
    Path trusted = Files.createDirectory(top.resolve("trusted"));
    long seed = Long.getLong("stoker.seed", System.nanoTime());
    int operations = operations(3_000);
    FsxDriver driver;
    try (ScratchMount mount = ScratchMount.of(top, origin.toString())) {
      driver = new FsxDriver(mount.folder(), trusted, new Random(seed));
      try (driver) {
        driver.run(operations);
      } finally {
        System.out.printf("fsx file: %d operations (-Dstoker.seed=%d)%n", operations, seed);
      }
    }
    driver.requireSame(origin);
  }
}
