package dev.stoker.io.posix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files stand in for sockets: the kernel splices from either. */
class SplicePipeTest {
  /** A file whose file system knows write(2) and no splice(2); what it says harms nobody. */
  private static final Path NO_SPLICE = Path.of("/proc/self/coredump_filter");

  @TempDir private Path folder;
  private final SplicePipe pipe = SplicePipe.open();

  private record Source(int descriptor) implements AutoCloseable {
    static Source of(Path path) {
      int flags = LibC.O_RDONLY | LibC.O_CLOEXEC;
      return new Source(LibC.openat(LibC.AT_FDCWD, CString.of(path.toString()), flags, 0));
    }

    @Override
    public void close() {
      SpliceCalls.close(descriptor);
    }
  }

  @AfterEach
  void close() {
    pipe.close();
    pipe.close();
  }

  @Test
  void bytesComeToTheirPlace() throws IOException {
    byte[] bytes = new byte[300_000];
    new Random(1).nextBytes(bytes);
    Path from = Files.write(folder.resolve("from"), bytes);
    Path to = Files.write(folder.resolve("to"), new byte[10]);
    try (Source source = Source.of(from);
        SpliceFile target = SpliceFile.open(to)) {
      int all = 0;
      for (int count; (count = pipe.fill(source.descriptor(), 70_000)) > 0; all += count) {
        pipe.empty(target, 7 + all);
      }
      assertEquals(bytes.length, all);
    }
    byte[] written = Files.readAllBytes(to);
    assertArrayEquals(new byte[7], Arrays.copyOf(written, 7));
    assertArrayEquals(bytes, Arrays.copyOfRange(written, 7, written.length));
  }

  @Test
  void aFileSystemThatCannotSpliceGetsThemByWayOfMemory() throws IOException {
    String before = Files.readString(NO_SPLICE).strip();
    String other = before.equals("00000031") ? "00000033" : "00000031";
    Path from = Files.writeString(folder.resolve("from"), "0x" + other);
    try (Source source = Source.of(from);
        SpliceFile target = SpliceFile.open(NO_SPLICE)) {
      assertEquals(10, pipe.fill(source.descriptor(), 1 << 20));
      pipe.empty(target, 0);
      assertEquals(other, Files.readString(NO_SPLICE).strip());
    } finally {
      Files.writeString(NO_SPLICE, "0x" + before);
    }
  }

  @Test
  void whatCannotBeSplicedIsToldFromWhatHasNothingYet() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty"));
    try (Source nothing = Source.of(empty);
        Source other = Source.of(folder)) {
      assertEquals(0, pipe.fill(nothing.descriptor(), 100));
      assertEquals(-1, pipe.fill(other.descriptor(), 100));
    }
  }

  @Test
  void linksAndWhatIsNotThereAreRefused() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), NO_SPLICE);
    assertThrows(PosixException.class, () -> SpliceFile.open(link));
    assertThrows(PosixException.class, () -> SpliceFile.open(folder.resolve("none")));
  }
}
