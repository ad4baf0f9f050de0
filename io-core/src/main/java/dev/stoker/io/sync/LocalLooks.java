package dev.stoker.io.sync;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the files below a folder while the origin still lists what belongs there, in about the
 * order in which it will: what is unchanged is then known at once, and that a folder is empty is
 * found out once and not for each file.
 *
 * <p>Each file is looked at for one question, since what is asked about may be written then; asked
 * about again, it counts as not there. What was not come to is looked at when it is asked about.
 * Thread-safe.
 */
public final class LocalLooks implements AutoCloseable {
  /** Some 20 MiB of them. */
  private static final int MOST = 50_000;

  /** So many questions that came too early tell that looking ahead is too slow to be of use. */
  private static final int PATIENCE = 64;

  private final Path folder;
  private final Map<Path, LocalLook> looks = new ConcurrentHashMap<>();
  private final AtomicBoolean begun = new AtomicBoolean();
  private final AtomicInteger early = new AtomicInteger();
  private volatile boolean complete;
  private volatile boolean stopped;

  /**
   * Looks at nothing yet.
   *
   * @param folder need not be there
   */
  public LocalLooks(Path folder) {
    this.folder = folder;
  }

  /** Starts to look, in a thread of its own; once. */
  public void begin() {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    if (Files.isDirectory(folder)) {
      Thread.ofPlatform().daemon().name("stoker-look").start(this::walk);
    } else {
      complete = true;
    }
  }

  /** Whether a file below the folder is not there. */
  boolean isAbsent(Path file) {
    boolean all = complete;
    return !looks.containsKey(file) && (all || !Files.exists(file, LinkOption.NOFOLLOW_LINKS));
  }

  /** What is known of a file below the folder, once; null where there is no regular file. */
  @Nullable LocalLook take(Path file) {
    boolean all = complete;
    LocalLook look = looks.remove(file);
    if (look != null || all) {
      return look;
    }
    if (early.incrementAndGet() > PATIENCE) {
      stopped = true;
    }
    return LocalLook.at(file);
  }

  private void walk() {
    try {
      visit(folder);
      complete = !stopped;
    } catch (IOException | DirectoryIteratorException e) {
      // What could not be looked at is looked at when it is asked about.
    }
  }

  private void visit(Path below) throws IOException {
    List<Path> items = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(below)) {
      for (Path item : found) {
        items.add(item);
        if (looks.size() + items.size() > MOST) {
          stopped = true;
          return;
        }
      }
    }
    items.sort(null);
    for (Path item : items) {
      if (stopped) {
        return;
      }
      BasicFileAttributes is =
          Files.readAttributes(item, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (is.isDirectory()) {
        visit(item);
      } else if (is.isRegularFile()) {
        looks.put(item, LocalLook.of(item, is));
      }
    }
  }

  @Override
  public void close() {
    stopped = true;
  }
}
