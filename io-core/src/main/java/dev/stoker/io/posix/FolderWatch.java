package dev.stoker.io.posix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Tells which files below a folder were closed by somebody who wrote them, or were renamed to there
 * (inotify(7)). A hint, not a record: when more happens than the kernel keeps, or below more than
 * {@link #MOST_FOLDERS} folders, some are not told.
 *
 * <p>Not thread-safe; owned by the thread that waits.
 */
public final class FolderWatch implements AutoCloseable {
  /** A renderer makes a folder for each pass; each watch costs the kernel a kilobyte. */
  static final int MOST_FOLDERS = 1024;

  /** Room for a few hundred events. */
  private static final int BUFFER_BYTES = 16 * 1024;

  private static final int EVENTS =
      InotifyCalls.IN_CLOSE_WRITE
          | InotifyCalls.IN_MOVED_TO
          | InotifyCalls.IN_CREATE
          | InotifyCalls.IN_ONLYDIR
          | InotifyCalls.IN_DONT_FOLLOW
          | InotifyCalls.IN_EXCL_UNLINK;

  private final Path top;
  private final int fd;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, Integer.BYTES);
  private final MemorySegment poll = arena.allocate(InotifyCalls.POLLFD_BYTES, Integer.BYTES);
  private final Map<Integer, Path> folders = new HashMap<>(); // relative to top, by watch
  private final Set<Path> found = new LinkedHashSet<>();

  private FolderWatch(Path top, int fd) {
    this.top = top;
    this.fd = fd;
    poll.set(ValueLayout.JAVA_INT, 0, fd);
    poll.set(ValueLayout.JAVA_SHORT, 4, InotifyCalls.POLLIN);
  }

  /** Watches everything below {@code top}; what lies there already is told first. */
  public static FolderWatch open(Path top) throws IOException {
    int fd = InotifyCalls.inotify_init1(InotifyCalls.IN_NONBLOCK | InotifyCalls.IN_CLOEXEC);
    if (fd < 0) {
      throw FileHandle.failure("inotify_init1", top.toString());
    }
    FolderWatch watch = new FolderWatch(top, fd);
    watch.add(Path.of(""));
    return watch;
  }

  /** Paths below the top of what was written since the last call; waits until there are any. */
  public Set<Path> await(Duration atMost) throws IOException {
    if (found.isEmpty()) {
      int ready = InotifyCalls.poll(poll.address(), 1, (int) atMost.toMillis());
      if (ready > 0) {
        readEvents();
      }
    }
    Set<Path> told = Set.copyOf(found);
    found.clear();
    return told;
  }

  private void readEvents() {
    long got = InotifyCalls.read(fd, buffer.address(), BUFFER_BYTES);
    for (long at = 0; at + InotifyCalls.EVENT_BYTES <= got; ) {
      int watch = buffer.get(ValueLayout.JAVA_INT, at);
      int mask = buffer.get(ValueLayout.JAVA_INT, at + 4);
      int nameBytes = buffer.get(ValueLayout.JAVA_INT, at + 12);
      Path folder = folders.get(watch);
      if ((mask & InotifyCalls.IN_IGNORED) != 0) {
        folders.remove(watch);
      } else if (folder != null && nameBytes > 0) {
        happened(folder.resolve(name(at + InotifyCalls.EVENT_BYTES, nameBytes)), mask);
      }
      at += InotifyCalls.EVENT_BYTES + nameBytes;
    }
  }

  private String name(long at, int bytes) {
    byte[] name = buffer.asSlice(at, bytes).toArray(ValueLayout.JAVA_BYTE);
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    return new String(name, 0, length, StandardCharsets.UTF_8);
  }

  private void happened(Path path, int mask) {
    if ((mask & InotifyCalls.IN_ISDIR) != 0) {
      add(path);
    } else if ((mask & (InotifyCalls.IN_CLOSE_WRITE | InotifyCalls.IN_MOVED_TO)) != 0) {
      found.add(path);
    }
  }

  /** What was made in a new folder before it was watched would be missed, so it is listed. */
  private void add(Path relative) {
    if (folders.size() >= MOST_FOLDERS) {
      return;
    }
    Path folder = top.resolve(relative);
    int watch = InotifyCalls.inotify_add_watch(fd, CString.of(folder.toString()), EVENTS);
    if (watch < 0) {
      return; // gone again, or the kernel's limit of watches is reached
    }
    folders.put(watch, relative);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        Path below = relative.resolve(entry.getFileName());
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          add(below);
        } else if (Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
          found.add(below);
        }
      }
    } catch (IOException e) {
      // Gone again.
    }
  }

  @Override
  public void close() {
    LibC.close(fd);
    arena.close();
  }
}
