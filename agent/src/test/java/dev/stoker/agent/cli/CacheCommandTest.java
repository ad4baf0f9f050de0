package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.daemon.IoNode;
import dev.stoker.io.daemon.IoServer;
import dev.stoker.io.daemon.IoSettings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cache …} and {@code fetch --cache}, alone and through the cache's owner. */
class CacheCommandTest {
  @TempDir Path folder;
  private CommandRun stoker;

  @BeforeEach
  void makeAShow() throws IOException {
    stoker = new CommandRun(folder);
    byte[] content = new byte[300_000];
    new Random(1).nextBytes(content);
    Files.createDirectories(folder.resolve("show/textures"));
    Files.write(folder.resolve("show/scene.blend"), content);
    Files.write(folder.resolve("show/textures/wood.png"), new byte[10]);
  }

  private int run(String... arguments) {
    List<String> all = new java.util.ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", folder.resolve("data").toString()));
    return stoker.run(all.toArray(String[]::new));
  }

  @Test
  void aFolderNobodyOwnsIsWarmedCheckedAndEmptied() throws IOException {
    Files.writeString(folder.resolve("list.txt"), "# the show\nshow/scene.blend\n\nshow/*.none\n");
    assertEquals(
        1, run("cache", "warm", "--cache", "mine", "--list", "list.txt", "show/textures/"));
    assertTrue(stoker.err().contains("*.none"), stoker.err());
    assertEquals(1, stoker.err().lines().count(), stoker.err());
    assertTrue(stoker.out().startsWith("2 of 2 files are in the cache"), stoker.out());
    assertEquals(0, run("cache", "stats", "--cache", "mine", "--json"), stoker.err());
    assertTrue(stoker.out().contains("\"files\" : 2"), stoker.out());

    assertEquals(0, run("cache", "verify", "--cache", "mine"), stoker.err());
    flipABit(folder.resolve("mine"));
    assertEquals(1, run("cache", "verify", "--cache", "mine"));
    assertTrue(stoker.err().contains("Damaged file://" + folder + "/show/scene.blend"));
    assertEquals("2 files (293 KiB) checked, 1 damaged grains dropped\n", stoker.out());
    assertEquals(0, run("cache", "verify", "--cache", "mine"), stoker.err());

    assertEquals(2, run("cache", "evict", "--cache", "mine"));
    assertEquals(0, run("cache", "evict", "--cache", "mine", "show/**/*.png"), stoker.err());
    assertTrue(stoker.out().startsWith("1 files ("), stoker.out());
    assertEquals(0, run("cache", "evict", "--cache", "mine", "--all", "--json"), stoker.err());
    assertTrue(stoker.out().contains("\"files\" : 1"), stoker.out());
  }

  private static void flipABit(Path cache) throws IOException {
    try (var files = Files.walk(cache)) {
      Path data =
          files
              .filter(file -> file.toString().endsWith(".data") && file.toFile().length() > 10)
              .findFirst()
              .orElseThrow();
      try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
        file.seek(100_000);
        int old = file.read();
        file.seek(100_000);
        file.write(old ^ 1);
      }
    }
  }

  @Test
  void fetchReadsThroughTheCacheAndTheOriginIsAskedOnce() throws IOException {
    assertEquals(0, run("fetch", "--cache", "mine", "show/", "one", "--json"), stoker.err());
    assertTrue(stoker.out().contains("\"cachedBytes\" : 0"), stoker.out());
    assertEquals(0, run("fetch", "--cache", "mine", "show/", "two", "--json"), stoker.err());
    assertTrue(stoker.out().contains("\"cachedBytes\" : 300010"), stoker.out());
    assertEquals(
        -1, Files.mismatch(folder.resolve("show/scene.blend"), folder.resolve("two/scene.blend")));
    assertEquals(0, run("fetch", "--cache", "mine", "show/", "two"), stoker.err());
    assertEquals("0 files (0 B) fetched, 2 were there already\n", stoker.out());
    assertFalse(Files.exists(folder.resolve("two/scene.blend.stoker-part")));
  }

  @Test
  void commandsJoinTheOwnerByItsSocketAndStopWithThePidOfOneThatDoesNotListen() {
    Path cache = folder.resolve("owned");
    IoSettings settings =
        IoSettings.of(folder.resolve("d"), cache, 64 << 20)
            .withCache(folder.resolve("d"), List.of(new CacheSettings.Disk(cache, 64 << 20)));
    try (IoNode owner = IoNode.open(settings)) {
      assertEquals(1, run("cache", "stats", "--cache", "owned"));
      assertTrue(stoker.err().contains("" + ProcessHandle.current().pid()), stoker.err());
      assertEquals(1, stoker.err().lines().count(), stoker.err());
      try (IoServer server = IoServer.start(owner, folder.resolve("d"))) {
        assertTrue(Files.exists(server.socket()));
        assertEquals(0, run("cache", "warm", "--cache", "owned", "show/"), stoker.err());
        assertEquals(0, run("fetch", "--cache", "owned", "show/", "to", "--json"), stoker.err());
        assertTrue(stoker.out().contains("\"cachedBytes\" : 300010"), stoker.out());
        assertEquals(0, run("cache", "evict", "--cache", "owned", "--all"), stoker.err());
        assertEquals(0, owner.cache().files());
      }
    }
  }
}
