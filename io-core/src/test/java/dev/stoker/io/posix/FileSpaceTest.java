package dev.stoker.io.posix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSpaceTest {
  private static final long BYTES = 8 << 20;

  @TempDir Path folder;

  @Test
  void aFileHasRoomAndIsWhatItWas() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "text");
    assertTrue(FileSpace.reserve(file, BYTES));
    assertEquals("text", Files.readString(file));
    assertTrue(allocatedBytes(file) >= BYTES, "allocated: " + allocatedBytes(file));
  }

  @Test
  void whatCannotBeIsNoError() throws IOException {
    assertFalse(FileSpace.reserve(folder.resolve("none"), BYTES));
    assertFalse(FileSpace.reserve(folder, BYTES));
    Path file = Files.writeString(folder.resolve("file"), "text");
    assertFalse(FileSpace.reserve(file, 1L << 60));
    assertEquals("text", Files.readString(file));
  }

  private static long allocatedBytes(Path file) throws IOException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes(), UTF_8).strip());
  }
}
