package dev.stoker.io.source.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CanceledReadTest {
  @TempDir Path folder;

  /** A buffer that is given to the next reader too early ends up with two files' bytes in it. */
  @Test
  void theBufferIsLeftAloneOnceACanceledReadHasEnded() throws Exception {
    byte[] ones = new byte[8 << 20];
    java.util.Arrays.fill(ones, (byte) 1);
    Files.write(folder.resolve("a"), ones);
    Deadline deadline = Deadline.after(Duration.ofSeconds(30));
    ByteBuffer into = ByteBuffer.allocateDirect(8 << 20);
    ByteBuffer zeros = ByteBuffer.allocateDirect(8 << 20);
    try (FileSource source =
        new FileSource((dev.stoker.io.asset.FileUri) AssetUri.parse(folder + "/"))) {
      AssetInfo info = source.stat(AssetPath.of("a"), deadline);
      for (int i = 0; i < 30; i++) {
        CompletableFuture<Void> read = source.read(info, info.wholeRange(), into.clear(), deadline);
        read.cancel(true);
        read.handle((nothing, failure) -> null).get(20, TimeUnit.SECONDS);
        into.clear().put(zeros.clear()).clear();
        source.stat(AssetPath.of("a"), deadline); // gives a late writer its chance
        assertEquals(-1, into.mismatch(zeros.clear()), "round " + i);
      }
    }
  }
}
