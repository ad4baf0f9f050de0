package dev.stoker.io.mount.scratch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.stoker.io.testing.FuseAccess;
import dev.stoker.io.testing.GaneshaCluster;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An NFS export that people write to from user space, on a real server. */
@Timeout(3600)
class ScratchNfsTest {
  @TempDir Path top;
  private GaneshaCluster servers;

  @BeforeEach
  void start() {
    FuseAccess.require();
    servers = GaneshaCluster.start(1);
  }

  @AfterEach
  void stop() {
    if (servers != null) {
      servers.close();
    }
  }

  @Test
  void filesAreWrittenRenamedAndRemoved() throws IOException {
    byte[] bytes = new byte[3_000_000];
    new Random(1).nextBytes(bytes);
    Path origin = servers.root();
    Files.createDirectories(origin.resolve("scratch"));
    Files.writeString(origin.resolve("scratch/old"), "old");
    try (MountedHere mount = MountedHere.of(top, servers.nfs("scratch/"))) {
      Files.createDirectory(mount.file("shots"));
      Files.write(mount.file("shots/a"), bytes);
      Files.writeString(mount.file("old"), "new", StandardOpenOption.APPEND);
      for (String name : new String[] {"shots/a", "old"}) {
        try (FileChannel file = FileChannel.open(mount.file(name), StandardOpenOption.WRITE)) {
          file.force(true);
        }
      }
      assertArrayEquals(bytes, Files.readAllBytes(origin.resolve("scratch/shots/a")));
      assertEquals("oldnew", Files.readString(origin.resolve("scratch/old")));
      Files.move(mount.file("shots"), mount.file("takes"));
      Files.move(mount.file("takes/a"), mount.file("old"), StandardCopyOption.ATOMIC_MOVE);
      Files.delete(mount.file("takes"));
      assertArrayEquals(bytes, Files.readAllBytes(mount.file("old")));
    }
    assertArrayEquals(bytes, Files.readAllBytes(origin.resolve("scratch/old")));
    assertFalse(Files.exists(origin.resolve("scratch/takes")));
  }

  @Test
  @Tag("nightly")
  void anExportBehavesAsExt4AndIsStored() throws IOException {
    Path trusted = Files.createDirectory(top.resolve("trusted"));
    Path origin = Files.createDirectories(servers.root().resolve("scratch"));
    long seed = Long.getLong("stoker.seed", System.nanoTime());
    int operations = Integer.getInteger("stoker.operations", 3_000);
    System.out.printf("fsx nfs: %d operations (-Dstoker.seed=%d)%n", operations, seed);
    FsxDriver driver;
    try (ScratchMount mount = ScratchMount.of(top, servers.nfs("scratch/"))) {
      driver = new FsxDriver(mount.folder(), trusted, new Random(seed));
      try (driver) {
        driver.run(operations);
      }
    }
    driver.requireSame(origin, false);
  }
}
