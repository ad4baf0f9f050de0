package dev.stoker.io.mount.scratch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.OpenFlag;
import dev.stoker.io.testing.FuseAccess;
import dev.stoker.io.testing.SmallDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a tree that people write to promises, over a folder. */
@Timeout(120)
class ScratchMountTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path top;
  private Path origin;

  @BeforeEach
  void makeOrigin() throws IOException {
    FuseAccess.require();
    origin = Files.createDirectory(top.resolve("origin"));
  }

  private ScratchMount.Settings quick() {
    return ScratchMount.Settings.quick(top);
  }

  private MountedHere mount(ScratchMount.Settings settings) throws IOException {
    return MountedHere.of(top, origin.toString(), settings);
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  static void await(String what, Callable<Boolean> condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (!condition.call()) {
        if (System.nanoTime() > end) {
          fail("In vain: " + what);
        }
        LockSupport.parkNanos(10_000_000);
      }
    } catch (Exception e) {
      throw new AssertionError(what, e);
    }
  }

  private static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  @Test
  void aFileIsStoredAfterItsLastCloseAndByFsyncAtOnce() throws IOException {
    byte[] bytes = bytes(3_000_000);
    try (MountedHere mount = mount(quick().withWriteBack(600_000))) {
      Files.write(mount.file("late"), bytes);
      try (FileChannel file =
          FileChannel.open(
              mount.file("now"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        file.write(ByteBuffer.wrap(bytes));
        file.force(true);
        assertArrayEquals(bytes, Files.readAllBytes(origin.resolve("now")));
      }
      assertFalse(Files.exists(origin.resolve("late")), "long before its time");
      assertEquals("stored", mount.end());
    }
    assertArrayEquals(bytes, Files.readAllBytes(origin.resolve("late")));
  }

  @Test
  void closeWaitsUntilTheOriginHasItWhereThatIsWanted() throws IOException {
    try (MountedHere mount = mount(quick().withWriteBack(0))) {
      Files.write(mount.file("a"), bytes(100_000));
      assertArrayEquals(bytes(100_000), Files.readAllBytes(origin.resolve("a")));
    }
  }

  @Test
  void whatSomebodyElseChangedIsNeverReplaced() throws IOException {
    Files.writeString(origin.resolve("a"), "as it was");
    try (MountedHere mount = mount(quick().withNames(500))) {
      FileHandle ours = FileHandle.open(mount.file("a"), 0644, OpenFlag.WRITE);
      ours.write(
          ByteBuffer.allocateDirect(4)
              .put("OURS".getBytes(java.nio.charset.StandardCharsets.UTF_8))
              .flip(),
          0);
      Files.writeString(origin.resolve("a"), "theirs, longer");
      IOException refused = assertThrows(IOException.class, () -> sync(mount.file("a")));
      assertTrue(String.valueOf(refused.getMessage()).contains("Stale"), refused.toString());
      ours.close();
      assertEquals("theirs, longer", Files.readString(origin.resolve("a")));
      assertEquals("OURS" + "as it was".substring(4), Files.readString(mount.file("a")));

      Files.move(mount.file("a"), mount.file("a.ours"));
      sync(mount.file("a.ours"));
      await("theirs comes into sight", () -> Files.exists(mount.file("a")));
      assertEquals("theirs, longer", Files.readString(mount.file("a")));
      assertEquals("OURS" + "as it was".substring(4), Files.readString(origin.resolve("a.ours")));
    }
  }

  @Test
  void aKilledMountLeavesWhatTheNextOneStores() throws IOException {
    byte[] large = bytes(2_000_000);
    ScratchMount first = ScratchMount.of(top, origin.toString(), quick().withWriteBack(600_000));
    Files.createDirectory(first.file("shots"));
    Files.write(first.file("shots/new"), large);
    Files.writeString(first.file("stored"), "one");
    sync(first.file("stored"));
    Files.writeString(first.file("stored"), "two", StandardOpenOption.TRUNCATE_EXISTING);
    Files.writeString(first.file("renamed.tmp"), "renamed");
    Files.move(first.file("renamed.tmp"), first.file("renamed"));
    Files.move(first.file("shots"), first.file("takes"));
    first.kill();
    assertEquals("one", Files.readString(origin.resolve("stored")));
    try (MountedHere next = mount(quick())) {
      assertArrayEquals(large, Files.readAllBytes(next.file("takes/new")));
      assertEquals("two", Files.readString(next.file("stored")));
      await("stored by the next mount", () -> Files.exists(origin.resolve("takes/new")));
      assertEquals("stored", next.end());
    }
    assertArrayEquals(large, Files.readAllBytes(origin.resolve("takes/new")));
    assertEquals("two", Files.readString(origin.resolve("stored")));
    assertEquals("renamed", Files.readString(origin.resolve("renamed")));
    assertFalse(Files.exists(origin.resolve("renamed.tmp")));
    try (Stream<Path> left = Files.walk(top.resolve("spool"))) {
      assertEquals(0, left.filter(path -> path.toString().endsWith(".record")).count());
    }
  }

  @Test
  void aFileThatIsRemovedWhileItIsReadGoesOnToBeRead() throws IOException {
    byte[] bytes = bytes(5_000_000);
    Files.write(origin.resolve("a"), bytes);
    Files.write(origin.resolve("b"), bytes);
    try (MountedHere mount = mount(quick())) {
      try (FileChannel removed = FileChannel.open(mount.file("a"));
          FileChannel replaced = FileChannel.open(mount.file("b"))) {
        Files.delete(mount.file("a"));
        Files.writeString(mount.file("c"), "new");
        Files.move(mount.file("c"), mount.file("b"), StandardCopyOption.ATOMIC_MOVE);
        sync(mount.file("b"));
        assertThrows(NoSuchFileException.class, () -> Files.size(mount.file("a")));
        assertFalse(Files.exists(origin.resolve("a")));
        assertEquals("new", Files.readString(origin.resolve("b")));
        for (FileChannel open : new FileChannel[] {removed, replaced}) {
          ByteBuffer all = ByteBuffer.allocate(bytes.length);
          while (all.hasRemaining() && open.read(all) > 0) {
            // All of it.
          }
          assertArrayEquals(bytes, all.array());
        }
      }
      await("nothing is left of them", () -> names(origin).equals("b"));
    }
  }

  private static String names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return String.join(",", all.map(path -> path.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void writersWaitForRoomAndGetEnospcWhereThereCanBeNone() throws IOException {
    try (MountedHere mount = mount(quick().withSpoolBytes(8 << 20).withTimeout(10_000))) {
      for (int i = 0; i < 6; i++) {
        Files.write(mount.file("f" + i), bytes(3_000_000)); // 18 MB through 8 MiB
      }
      IOException full =
          assertThrows(
              IOException.class, () -> Files.write(mount.file("large"), bytes(12_000_000)));
      assertTrue(String.valueOf(full.getMessage()).contains("No space"), full.toString());
      Files.delete(mount.file("large"));
      Files.write(mount.file("after"), bytes(3_000_000));
      for (int i = 0; i < 6; i++) {
        assertArrayEquals(bytes(3_000_000), Files.readAllBytes(mount.file("f" + i)));
      }
    }
    assertArrayEquals(bytes(3_000_000), Files.readAllBytes(origin.resolve("f0")));
    assertArrayEquals(bytes(3_000_000), Files.readAllBytes(origin.resolve("after")));
  }

  @Test
  void aFullDiskBelowTheSpoolIsToldAndStoredFilesMakeRoom() throws Exception {
    Path small = Files.createDirectory(top.resolve("small"));
    try (SmallDisk disk = SmallDisk.mount(small, 12)) {
      try (MountedHere mount = mount(quick().withSpool(small))) {
        Files.write(mount.file("a"), bytes(5_000_000));
        sync(mount.file("a"));
        Files.write(mount.file("b"), bytes(9_000_000)); // a's bytes go: the origin has them
        sync(mount.file("b"));
        disk.fill();
        IOException full =
            assertThrows(IOException.class, () -> Files.write(mount.file("c"), bytes(12_000_000)));
        assertTrue(String.valueOf(full.getMessage()).contains("No space"), full.toString());
        disk.free();
        Files.write(mount.file("d"), bytes(5_000_000));
        sync(mount.file("d"));
        assertArrayEquals(bytes(5_000_000), Files.readAllBytes(mount.file("a")));
      }
      assertArrayEquals(bytes(5_000_000), Files.readAllBytes(origin.resolve("a")));
      assertArrayEquals(bytes(9_000_000), Files.readAllBytes(origin.resolve("b")));
      assertArrayEquals(bytes(5_000_000), Files.readAllBytes(origin.resolve("d")));
    }
  }

  @Test
  void linksAreKeptOrRefused() throws IOException {
    try (MountedHere mount = mount(quick())) {
      Files.writeString(mount.file("a"), "content");
      Files.createSymbolicLink(mount.file("link"), Path.of("a"));
      assertEquals("content", Files.readString(mount.file("link")));
      assertEquals(Path.of("a"), Files.readSymbolicLink(origin.resolve("link")));
      Files.move(mount.file("link"), mount.file("other"));
      assertEquals(Path.of("a"), Files.readSymbolicLink(origin.resolve("other")));
      Files.delete(mount.file("other"));
      assertFalse(Files.isSymbolicLink(origin.resolve("other")));
      FileSystemException refused =
          assertThrows(
              FileSystemException.class,
              () -> Files.createLink(mount.file("hard"), mount.file("a")));
      assertTrue(
          String.valueOf(refused.getMessage()).contains("not permitted"), refused.toString());
    }
  }
}
