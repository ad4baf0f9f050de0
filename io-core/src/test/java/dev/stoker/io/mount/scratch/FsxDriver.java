package dev.stoker.io.mount.scratch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Does the same random things to two trees and wants the same results, as fsx does to one file: the
 * second is on a file system that everybody trusts.
 */
final class FsxDriver implements AutoCloseable {
  private static final int MAX_LENGTH = 256 << 10;
  private static final int MAX_OPEN = 6;
  private static final List<String> FOLDERS = List.of("", "a", "b", "a/c");
  private static final List<String> NAMES = List.of("f0", "f1", "f2", "f3.exr", "g");

  private final Path ours;
  private final Path theirs;
  private final Random random;
  private final List<Pair> open = new ArrayList<>();
  private final List<String> log = new ArrayList<>();

  FsxDriver(Path ours, Path theirs, Random random) {
    this.ours = ours;
    this.theirs = theirs;
    this.random = random;
  }

  /** One file, open in both trees. */
  private record Pair(String name, FileHandle ours, FileHandle theirs) {
    void close() {
      ours.close();
      theirs.close();
    }
  }

  /** Something that is done to a tree. */
  @FunctionalInterface
  private interface Step {
    void on(Path root) throws IOException;
  }

  void run(int operations) throws IOException {
    for (int i = 0; i < operations; i++) {
      try {
        operation();
      } catch (IOException | RuntimeException | AssertionError e) {
        throw new AssertionError(
            "operation " + i + " of " + operations + "; the last ones:\n" + tail(), e);
      }
    }
    closeAll();
    requireSame(ours);
  }

  private String tail() {
    return String.join("\n", log.subList(Math.max(0, log.size() - 25), log.size()));
  }

  private void say(String what) {
    log.add(what);
    if (log.size() > 1000) {
      log.subList(0, 500).clear();
    }
  }

  private String folder() {
    return FOLDERS.get(random.nextInt(FOLDERS.size()));
  }

  private String file() {
    String folder = folder();
    String name = NAMES.get(random.nextInt(NAMES.size()));
    return folder.isEmpty() ? name : folder + "/" + name;
  }

  private void operation() throws IOException {
    switch (random.nextInt(40)) {
      case 0, 1 -> both("mkdir", folder(), (root, name) -> Files.createDirectory(at(root, name)));
      case 2 -> both("rmdir", folder(), FsxDriver::removeFolder);
      case 3, 4 -> both("unlink", file(), FsxDriver::removeFile);
      case 5, 6, 7 -> rename(file(), file());
      case 8 -> rename(folder(), folder());
      case 9, 10, 11, 12, 13 -> openOne();
      case 14 -> closeOne();
      case 15 -> chmod(file());
      case 16 -> replace(file());
      case 17 -> truncatePath(file());
      case 18 -> link(file());
      case 19 -> listing(folder());
      default -> onOpen();
    }
  }

  @FunctionalInterface
  private interface NamedStep {
    void on(Path root, String name) throws IOException;
  }

  private void both(String what, String name, NamedStep step) throws IOException {
    if (!name.isEmpty()) {
      both(what + " " + name, root -> step.on(root, name));
    }
  }

  /** The same in both trees, with the same outcome. */
  private void both(String what, Step step) throws IOException {
    String expected = outcome(step, theirs);
    String got = outcome(step, ours);
    say(what + " -> " + expected);
    assertEquals(expected, got, what);
  }

  private static String outcome(Step step, Path root) throws IOException {
    try {
      step.on(root);
      return "done";
    } catch (NoSuchFileException
        | FileAlreadyExistsException
        | DirectoryNotEmptyException
        | NotDirectoryException e) {
      return e.getClass().getSimpleName();
    } catch (java.nio.file.FileSystemException e) {
      return String.valueOf(e.getReason());
    }
  }

  private static Path at(Path root, String name) {
    return root.resolve(name);
  }

  private static void removeFolder(Path root, String name) throws IOException {
    if (Files.isDirectory(at(root, name))) {
      Files.delete(at(root, name));
    }
  }

  private static void removeFile(Path root, String name) throws IOException {
    if (!Files.isDirectory(at(root, name), LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(at(root, name));
    }
  }

  private void rename(String from, String to) throws IOException {
    if (from.isEmpty() || to.isEmpty()) {
      return;
    }
    both(
        "rename " + from + " " + to,
        root -> Files.move(at(root, from), at(root, to), StandardCopyOption.ATOMIC_MOVE));
  }

  private void chmod(String name) throws IOException {
    String mode = random.nextBoolean() ? "rw-r-----" : "rwxr-xr-x";
    both(
        "chmod " + mode + " " + name,
        root ->
            Files.setPosixFilePermissions(at(root, name), PosixFilePermissions.fromString(mode)));
  }

  /** As editors save: a new file, renamed over the old. */
  private void replace(String name) throws IOException {
    byte[] content = bytes(random.nextInt(20_000));
    both(
        "replace " + name + " by " + content.length,
        root -> {
          Path part = at(root, name + ".tmp");
          Files.write(part, content);
          try {
            Files.move(part, at(root, name), StandardCopyOption.ATOMIC_MOVE);
          } catch (IOException e) {
            Files.delete(part);
            throw e;
          }
        });
  }

  private void truncatePath(String name) throws IOException {
    int length = random.nextInt(MAX_LENGTH);
    both(
        "truncate " + name + " " + length,
        root -> {
          try (FileChannel channel = FileChannel.open(at(root, name), StandardOpenOption.WRITE)) {
            channel.truncate(length);
          }
        });
  }

  private void link(String name) throws IOException {
    both(
        "stat " + name,
        root -> {
          if (!Files.isDirectory(at(root, name))) {
            Files.size(at(root, name));
          }
        });
  }

  private void listing(String name) throws IOException {
    if (Files.isDirectory(at(theirs, name))) {
      say("list " + name);
      assertEquals(names(at(theirs, name)), names(at(ours, name)), "listing of " + name);
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private void openOne() throws IOException {
    if (open.size() >= MAX_OPEN) {
      closeOne();
    }
    String name = file();
    if (!Files.isDirectory(at(theirs, name).getParent()) || Files.isDirectory(at(theirs, name))) {
      return;
    }
    boolean truncate = random.nextInt(5) == 0;
    OpenFlag[] flags =
        truncate
            ? new OpenFlag[] {OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.TRUNCATE}
            : new OpenFlag[] {OpenFlag.WRITE, OpenFlag.CREATE};
    say("open " + name + (truncate ? " truncated" : ""));
    open.add(
        new Pair(
            name,
            FileHandle.open(at(ours, name), 0644, flags),
            FileHandle.open(at(theirs, name), 0644, flags)));
  }

  private void closeOne() {
    if (!open.isEmpty()) {
      Pair pair = open.remove(random.nextInt(open.size()));
      say("close " + pair.name());
      pair.close();
    }
  }

  private void onOpen() throws IOException {
    if (open.isEmpty()) {
      openOne();
      return;
    }
    Pair pair = open.get(random.nextInt(open.size()));
    int length = 1 + random.nextInt(random.nextBoolean() ? 100 : 64 << 10);
    int offset = random.nextInt(MAX_LENGTH - length);
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> write(pair, offset, length);
      case 4, 5, 6 -> read(pair, offset, length);
      case 7 -> {
        say("ftruncate " + pair.name() + " " + offset);
        pair.ours().truncate(offset);
        pair.theirs().truncate(offset);
      }
      case 8 -> {
        say("punch " + pair.name() + " " + offset + "+" + length);
        pair.ours().punchHole(offset, length);
        pair.theirs().punchHole(offset, length);
      }
      case 9 -> {
        int mode = random.nextBoolean() ? 0 : 16;
        say("fallocate " + mode + " " + pair.name() + " " + offset + "+" + length);
        pair.ours().allocate(mode, offset, length);
        pair.theirs().allocate(mode, offset, length);
      }
      case 10 -> {
        if (random.nextInt(4) == 0) {
          say("fsync " + pair.name());
          pair.ours().sync();
        }
      }
      default -> map(pair, offset, length);
    }
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private void write(Pair pair, long offset, int length) throws IOException {
    say("write " + pair.name() + " " + offset + "+" + length);
    byte[] bytes = bytes(length);
    ByteBuffer direct = ByteBuffer.allocateDirect(length).put(bytes).flip();
    pair.ours().write(direct, offset);
    pair.theirs().write(direct.flip(), offset);
  }

  private void read(Pair pair, long offset, int length) throws IOException {
    say("read " + pair.name() + " " + offset + "+" + length);
    assertEquals(
        pair.theirs().status().lengthBytes(), pair.ours().status().lengthBytes(), "length");
    ByteBuffer expected = ByteBuffer.allocateDirect(length);
    ByteBuffer got = ByteBuffer.allocateDirect(length);
    assertEquals(pair.theirs().read(expected, offset), pair.ours().read(got, offset), "bytes read");
    assertEquals(expected.flip(), got.flip(), "content at " + offset);
  }

  /** A shared mapping, read and written, of the file that has the name now. */
  private void map(Pair pair, int offset, int length) throws IOException {
    Path expected = at(theirs, pair.name());
    if (!Files.isRegularFile(expected) || Files.size(expected) == 0) {
      return;
    }
    int size = (int) Files.size(expected);
    int from = offset % size;
    int count = Math.min(length, size - from);
    say("mmap " + pair.name() + " " + from + "+" + count);
    byte[] bytes = bytes(count);
    byte[] theirBytes = mapped(expected, from, bytes);
    assertArrayEquals(theirBytes, mapped(at(ours, pair.name()), from, bytes), "mapped content");
  }

  /** What a mapping shows of the whole file; then writes into it. */
  private static byte[] mapped(Path file, int offset, byte[] bytes) throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment all = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena);
      byte[] before = all.toArray(ValueLayout.JAVA_BYTE);
      MemorySegment.copy(bytes, 0, all, ValueLayout.JAVA_BYTE, offset, bytes.length);
      return before;
    }
  }

  private void closeAll() {
    open.forEach(Pair::close);
    open.clear();
  }

  /** Names, modes and bytes of {@code tree} are those of the trusted one. */
  void requireSame(Path tree) throws IOException {
    requireSame(tree, true);
  }

  void requireSame(Path tree, boolean modes) throws IOException {
    assertEquals(describe(theirs, modes), describe(tree, modes));
    try (Stream<Path> all = Files.walk(theirs)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        assertArrayEquals(
            Files.readAllBytes(file),
            Files.readAllBytes(tree.resolve(theirs.relativize(file).toString())),
            file.toString());
      }
    }
  }

  private static Map<String, String> describe(Path tree, boolean modes) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.filter(each -> !each.equals(tree)).toList()) {
        String mode =
            modes ? " " + PosixFilePermissions.toString(Files.getPosixFilePermissions(path)) : "";
        found.put(
            tree.relativize(path).toString(),
            Files.isDirectory(path) ? "folder" + mode : Files.size(path) + mode);
      }
    }
    return found;
  }

  @Override
  public void close() {
    closeAll();
  }
}
