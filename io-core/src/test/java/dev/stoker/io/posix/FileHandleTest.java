package dev.stoker.io.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileHandleTest {
  @TempDir Path folder;

  @Test
  void bytesComeBackFromWhereTheyWereWritten() throws IOException {
    try (FileHandle file = open("a", OpenFlag.CREATE, OpenFlag.WRITE)) {
      file.truncate(1 << 20);
      file.write(bytes("hello"), 70_000);
      ByteBuffer back = ByteBuffer.allocateDirect(7);
      assertEquals(7, file.read(back, 69_999));
      assertEquals(0, back.get(0));
      assertEquals('h', back.get(1));
      assertEquals('o', back.get(5));
      ByteBuffer past = ByteBuffer.allocateDirect(100);
      assertEquals(50, file.read(past, (1 << 20) - 50));
    }
  }

  @Test
  void aPunchedHoleGivesItsBlocksBackAndKeepsTheLength() throws IOException {
    try (FileHandle file = open("a", OpenFlag.CREATE, OpenFlag.WRITE)) {
      ByteBuffer data = ByteBuffer.allocateDirect(1 << 20);
      while (data.hasRemaining()) {
        data.put((byte) 7);
      }
      file.write(data.flip(), 0);
      file.sync();
      long before = file.status().allocatedBytes();
      file.punchHole(0, 512 << 10);
      assertEquals(1 << 20, file.status().lengthBytes());
      assertTrue(file.status().allocatedBytes() <= before - (512 << 10));
    }
  }

  @Test
  void aFailureNamesCallPathAndReason() {
    Path missing = folder.resolve("missing");
    PosixException failure =
        assertThrows(PosixException.class, () -> FileHandle.open(missing, 0).close());
    assertEquals(Errno.ENOENT, failure.errno());
    assertEquals(
        "open of " + missing + " failed: no such file or folder (ENOENT).", failure.getMessage());
  }

  @Test
  void aLockIsHeldOnce() throws IOException {
    try (FileHandle first = open("lock", OpenFlag.CREATE, OpenFlag.WRITE)) {
      assertTrue(first.tryLock());
      try (FileHandle second = open("lock", OpenFlag.WRITE)) {
        assertFalse(second.tryLock());
      }
    }
    try (FileHandle third = open("lock", OpenFlag.WRITE)) {
      assertTrue(third.tryLock());
    }
  }

  @Test
  void aCopyInsideTheKernelHasAllBytes() throws IOException {
    Files.write(folder.resolve("a"), new byte[100_001]);
    try (FileHandle source = open("a");
        FileHandle copy = open("b", OpenFlag.CREATE, OpenFlag.WRITE)) {
      copy.copyFrom(source, 100_001);
      assertEquals(100_001, copy.status().lengthBytes());
      assertThrows(IOException.class, () -> copy.copyFrom(source, 100_002));
    }
  }

  @Test
  void aFolderHandleDoesNotFollowLinksAndTakesAnyName() throws IOException {
    Files.createDirectory(folder.resolve("real"));
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));
    Files.write(folder.resolve("file"), new byte[3]);
    try (FolderHandle top = FolderHandle.open(folder)) {
      PosixException refused =
          assertThrows(PosixException.class, () -> top.makeChild("link", 0755));
      assertTrue(refused.errno() == Errno.ENOTDIR || refused.errno() == Errno.ELOOP);
      try (FolderHandle child = top.makeChild("Größe \u65e5\u672c", 0755)) {
        child.link(folder.resolve("file"), "name");
        assertEquals(2, child.status("name").links());
        child.removeFile("name");
      }
      top.removeFolder("Größe \u65e5\u672c");
      assertEquals(1, top.status("file").links());
    }
  }

  @Test
  void theFileSystemSaysWhatIsFree() throws IOException {
    try (FileHandle file = open("a", OpenFlag.CREATE, OpenFlag.WRITE)) {
      FileSystemStatus status = file.fileSystem();
      assertFalse(status.readOnly());
      assertTrue(status.availableBytes() > 0 && status.availableBytes() <= status.totalBytes());
    }
  }

  private FileHandle open(String name, OpenFlag... flags) throws PosixException {
    return FileHandle.open(folder.resolve(name), 0600, flags);
  }

  private static ByteBuffer bytes(String text) {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }
}
