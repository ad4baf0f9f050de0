package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.testing.AzuriteServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code push} and {@code fetch} with credentials from the configuration. */
class TransferTest {
  @TempDir Path folder;

  @Test
  void whatIsPushedToBlobComesBackByFetchAndIsSentOnlyOnce() throws Exception {
    Path show = Files.createDirectories(folder.resolve("show/textures"));
    Files.writeString(show.resolve("a.txt"), "alpha");
    Files.writeString(show.resolveSibling("b.txt"), "beta");
    try (AzuriteServer azurite = AzuriteServer.start()) {
      Files.writeString(
          folder.resolve("stoker.yaml"),
          "origins:\n  blob+http://127.0.0.1:%d/%s: {key: '%s'}\n"
              .formatted(azurite.port(), AzuriteServer.ACCOUNT, AzuriteServer.KEY));
      CommandRun stoker = new CommandRun(folder);
      String uri = azurite.uri("studio") + "show/";

      assertEquals(0, stoker.run("push", "show", uri, "--create-container"), stoker.err());
      assertEquals("2 files (9 B) pushed, 0 (0 B) were there already\n", stoker.out());
      stoker.run("push", "show", uri);
      assertEquals("0 files (0 B) pushed, 2 (9 B) were there already\n", stoker.out());
      assertEquals(0, stoker.run("push", "--verify", "show", uri), stoker.err());

      assertEquals(0, stoker.run("fetch", uri, "back"), stoker.err());
      assertEquals("2 files (9 B) fetched, 0 were there already\n", stoker.out());
      stoker.run("--json", "fetch", uri, "back");
      assertTrue(stoker.out().contains("\"filesUnchanged\" : 2"), stoker.out());
      assertAll(
          () -> assertEquals("alpha", Files.readString(folder.resolve("back/textures/a.txt"))),
          () -> assertEquals("beta", Files.readString(folder.resolve("back/b.txt"))));

      Files.writeString(show.resolve("c.txt"), "new");
      assertEquals(1, stoker.run("push", "--verify", "show", uri));
      assertTrue(stoker.err().contains("Missing textures/c.txt"), stoker.err());
      assertEquals(1, stoker.run("fetch", uri + "none.txt", "back"));
      assertEquals(1, stoker.err().lines().count(), stoker.err());
      assertEquals(2, stoker.run("push", "--overwrite", "maybe", "show", uri));
    }
  }

  @Test
  void theConfiguredBandwidthHoldsBothWays() throws Exception {
    Path show = Files.createDirectories(folder.resolve("show"));
    byte[] content = new byte[1_000_000];
    new Random(3).nextBytes(content);
    for (int i = 0; i < 4; i++) {
      Files.write(show.resolve("f" + i), content);
    }
    try (AzuriteServer azurite = AzuriteServer.start()) {
      Files.writeString(
          folder.resolve("stoker.yaml"),
          "origins:\n  blob+http://127.0.0.1:%d/%s: {key: '%s', bandwidth: 2MB}\n"
              .formatted(azurite.port(), AzuriteServer.ACCOUNT, AzuriteServer.KEY));
      CommandRun stoker = new CommandRun(folder);
      String uri = azurite.uri("studio") + "show/";
      long start = System.nanoTime();
      assertEquals(0, stoker.run("push", "show", uri, "--create-container"), stoker.err());
      double pushSeconds = (System.nanoTime() - start) / 1e9;
      start = System.nanoTime();
      assertEquals(0, stoker.run("fetch", uri, "back"), stoker.err());
      double fetchSeconds = (System.nanoTime() - start) / 1e9;
      // The last of four megabytes starts when the three before it are paid for.
      assertTrue(pushSeconds >= 1.5 && pushSeconds < 6, "pushed in " + pushSeconds);
      assertTrue(fetchSeconds >= 1.2 && fetchSeconds < 6, "fetched in " + fetchSeconds);
    }
  }
}
