package dev.stoker.io.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stoker.io.asset.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RealOriginsTest {
  @TempDir Path top;

  @Test
  void aTreeComesThroughTheFetchEngineOnceAndIsServedFromTheCacheAfterThat() throws IOException {
    Path origin = Files.createDirectories(top.resolve("origin/deep"));
    byte[] content = new byte[40 << 20 | 12_345];
    new Random(1).nextBytes(content);
    Files.write(origin.resolve("large.bin"), content);
    for (int i = 0; i < 300; i++) {
      Files.write(origin.resolve("small" + i), new byte[] {(byte) i});
    }
    Path session = Files.createDirectory(top.resolve("session"));
    IoSettings settings = IoSettings.of(top.resolve("data"), top.resolve("cache"), 256 << 20);
    for (int round = 0; round < 2; round++) {
      try (IoNode node = IoNode.open(settings)) {
        StageProgress done =
            node.stage(
                new StageRequest(
                    "s" + round,
                    "show",
                    session.toString(),
                    List.of(new StageRequest.Tree("show", top + "/origin/", List.of()))),
                Deadline.after(Duration.ofSeconds(30)),
                progress -> {});
        assertEquals(301, done.filesDone());
        assertEquals(content.length + 300, done.bytesDone());
        assertEquals(round == 0 ? 0 : content.length + 300, done.cachedBytes());
        assertArrayEquals(content, Files.readAllBytes(session.resolve("show/deep/large.bin")));
        assertArrayEquals(new byte[] {7}, Files.readAllBytes(session.resolve("show/deep/small7")));
        assertEquals(List.of(), node.unstage("s" + round));
      }
    }
  }
}
