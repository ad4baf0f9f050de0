package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchIoTest {
  @TempDir Path folder;

  @Test
  void diskCacheAndOriginAreMeasuredAndNothingStays() throws IOException {
    Files.createDirectories(folder.resolve("show"));
    Files.write(folder.resolve("show/scene.blend"), new byte[3 << 20]);
    Files.createDirectories(folder.resolve("disk"));
    CommandRun stoker = new CommandRun(folder);

    assertEquals(0, stoker.run("bench", "io", "show/", "--cache", "disk", "--size", "8MiB"));
    String out = stoker.out();
    assertTrue(out.contains("disk write, through the page cache  "), out);
    assertTrue(out.contains("fetch from file://  "), out);
    assertTrue(out.contains("ram   "), out);
    assertTrue(out.contains("P99"), out);
    assertTrue(out.lines().toList().getLast().endsWith("."), "a verdict: " + out);

    assertEquals(0, stoker.run("bench", "io", "--cache", "disk", "--size", "8MiB", "--json"));
    assertTrue(stoker.out().contains("\"verdict\" : \"The disk of "), stoker.out());
    assertTrue(stoker.out().contains("\"p99Micros\" : "), stoker.out());
    try (var left = Files.list(folder.resolve("disk"))) {
      assertEquals(0, left.count());
    }
    assertEquals(1, stoker.run("bench", "io", "gone/", "--cache", "disk", "--size", "8MiB"));
    assertEquals(1, stoker.run("bench", "io", "--cache", "disk", "--size", "900TiB"));
    assertTrue(stoker.err().contains("choose a smaller --size"), stoker.err());
  }
}
