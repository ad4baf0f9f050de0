package dev.stoker.io.posix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallFileTest {
  private static final Instant MODIFIED = Instant.ofEpochSecond(1_700_000_000L, 123_456_789);

  @TempDir Path folder;

  @Test
  void aFileIsWrittenMarkedAndDated() throws Exception {
    assertTrue(SmallFile.isAvailable());
    byte[] content = new byte[70_000];
    new Random(5).nextBytes(content);
    ByteBuffer data = ByteBuffer.allocateDirect(content.length + 10).position(7);
    data.put(content).limit(7 + content.length).position(7);
    Path file = folder.resolve("a name with ä, 日本 and a space");
    Files.writeString(file, "x".repeat(100_000));

    SmallFile.store(file, data, "user.stoker.version", "\"tag ü\"", MODIFIED);

    assertEquals(7, data.position());
    assertArrayEquals(content, Files.readAllBytes(file));
    assertEquals(MODIFIED, Files.getLastModifiedTime(file).toInstant());
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    ByteBuffer value = ByteBuffer.allocate(view.size("stoker.version"));
    view.read("stoker.version", value);
    assertEquals("\"tag ü\"", StandardCharsets.UTF_8.decode(value.flip()).toString());

    Path named = folder.resolve("named");
    Files.writeString(named, "old");
    SmallFile.rename(file, named);
    assertFalse(Files.exists(file));
    assertArrayEquals(content, Files.readAllBytes(named));
  }

  @Test
  void whatFailsSaysWhy() throws Exception {
    ByteBuffer data = ByteBuffer.allocateDirect(10);
    Path target = Files.writeString(folder.resolve("target"), "kept");
    Path link = Files.createSymbolicLink(folder.resolve("link"), target);

    assertFails(Errno.ELOOP, () -> store(link, data));
    assertFails(Errno.ENOENT, () -> store(folder.resolve("none/file"), data));
    assertFails(Errno.EISDIR, () -> store(folder, data));
    Path sub = Files.createDirectory(folder.resolve("sub"));
    assertFails(Errno.EISDIR, () -> SmallFile.rename(target, sub));
    assertFails(Errno.ENAMETOOLONG, () -> store(folder.resolve("n".repeat(20_000)), data));
    assertEquals("kept", Files.readString(target));
  }

  private static void store(Path file, ByteBuffer data) throws PosixException {
    SmallFile.store(file, data, "user.stoker.version", "1", MODIFIED);
  }

  private interface Call {
    void run() throws PosixException;
  }

  private static void assertFails(Errno errno, Call call) {
    assertEquals(errno, assertThrows(PosixException.class, call::run).errno());
  }
}
