package dev.stoker.io.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.Priority;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that fills a cache is killed with {@code kill -9}; the next one goes on from there. */
@Timeout(60)
class CrashTest {
  private static final long LENGTH = 8L << 20;

  @TempDir Path folder;

  @Test
  void aProcessKilledWhileItFillsLosesPresenceAtMost() throws Exception {
    long kept = 0;
    for (int trial = 0; trial < 3; trial++) {
      killAfter(2 + 3 * trial);
      try (CacheFixture fixture = new CacheFixture(folder, 256 << 20)) {
        for (int i = 0; i < 12; i++) {
          fixture.checkAll(file(i));
        }
        assertEquals(0, fixture.cache.usage().corruptGrains());
        kept += fixture.cache.usage().hitBytes();
        fixture.cache.evictAll();
      }
    }
    assertTrue(kept > 0, "something survived");
  }

  private void killAfter(int files) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx256m", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(Filling.class.getName(), folder.toString()));
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
      for (int i = 0; i < files; i++) {
        assertTrue(lines.readLine() != null, "the child fills");
      }
    } finally {
      child.destroyForcibly(); // SIGKILL
      child.waitFor();
    }
  }

  static PinnedAsset file(int number) {
    return MadeUpOrigin.asset("file" + number, "1", LENGTH + number);
  }

  /** The child: fills one file after the other, says so after each, begins again. */
  static final class Filling {
    private Filling() {}

    public static void main(String[] args) {
      try (CacheFixture fixture = new CacheFixture(Path.of(args[0]), 256 << 20)) {
        fixture.origin.pieceBytes = 100_000;
        for (int i = 0; i < Integer.MAX_VALUE; i++) {
          fixture
              .open(file(i % 12))
              .complete(Priority.PREFETCH, CacheFixture.soon(), FillProgress.NONE);
          System.out.println(i);
          if (i % 12 == 11) {
            fixture.cache.evictAll();
          }
        }
      }
    }
  }
}
