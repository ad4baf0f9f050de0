package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lists a tree: several folders at a time, page by page, told on the caller's thread as pages come.
 * Links are followed as a reader would; what cannot be read through a link is left out, as are
 * names that are no UTF-8.
 */
final class TreeListing {
  /** Hides the round trips of deep trees. */
  private static final int FOLDERS_AT_ONCE = 8;

  private static final int PAGES_AHEAD = 32;

  /** Deeper trees are links that lead back into themselves. */
  private static final int MAX_DEPTH = 64;

  private final NfsVolume volume;
  private final boolean follow;
  private final Deadline deadline;
  private final String doing;
  private final BlockingQueue<Page> pages = new ArrayBlockingQueue<>(PAGES_AHEAD);
  private final Deque<Folder> waiting = new ArrayDeque<>();
  private int active;
  private volatile boolean stopped;

  /**
   * @param follow whether links are told as what they lead to, or left out
   */
  TreeListing(NfsVolume volume, boolean follow, Deadline deadline, String doing) {
    this.volume = volume;
    this.follow = follow;
    this.deadline = deadline;
    this.doing = doing;
  }

  /**
   * A folder to list.
   *
   * @param real in the export
   * @param shown in the tree
   * @param above file ids of the folders that lead to it, itself included
   */
  private record Folder(AssetPath real, AssetPath shown, Set<Long> above) {}

  /**
   * Some entries of a folder.
   *
   * @param last whether there are no more
   */
  private record Page(
      Folder folder, List<FolderPages.Entry> entries, boolean last, @Nullable Throwable failure) {}

  void list(AssetPath real, AssetPath shown, long fileId, Consumer<AssetInfo> each) {
    waiting.add(new Folder(real, shown, Set.of(fileId)));
    try {
      while (!waiting.isEmpty() || active > 0) {
        while (!waiting.isEmpty() && active < FOLDERS_AT_ONCE) {
          Folder folder = waiting.remove();
          active++;
          Thread.ofVirtual().name("stoker-nfs-list").start(() -> read(folder));
        }
        tell(next(), each);
      }
    } finally {
      stopped = true;
    }
  }

  private Page next() {
    try {
      Page page = pages.poll(deadline.remainingMillis() + 1_000, TimeUnit.MILLISECONDS);
      if (page == null) {
        throw new IoFailure.TimedOut("Gave up trying to " + doing + " at its deadline.");
      }
      return page;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Stopped trying to " + doing + ", as was asked for.");
    }
  }

  private void tell(Page page, Consumer<AssetInfo> each) {
    if (page.failure instanceof IoFailure.NotFound && !page.folder.shown.isRoot()) {
      active--; // gone since its folder was read
      return;
    }
    if (page.failure instanceof RuntimeException e) {
      throw e;
    }
    if (page.failure instanceof Error e) {
      throw e;
    }
    if (page.last) {
      active--;
    }
    for (FolderPages.Entry entry : page.entries) {
      NfsAttributes attributes = entry.node().attributes();
      AssetPath shown = page.folder.shown.resolve(new AssetPath(entry.name()));
      if (attributes.isFile()) {
        each.accept(attributes.info(shown));
      } else if (attributes.isFolder()) {
        descend(page.folder, entry.name(), shown, attributes.fileId());
      }
    }
  }

  private void descend(Folder from, String name, AssetPath shown, long fileId) {
    if (from.above.contains(fileId)) {
      return; // a link back to where we came from
    }
    if (from.above.size() >= MAX_DEPTH) {
      throw new IoFailure.Invalid(
          "Cannot " + doing + ": it lies more than " + MAX_DEPTH + " folders deep.");
    }
    Set<Long> above = new HashSet<>(from.above);
    above.add(fileId);
    waiting.add(new Folder(from.real.resolve(new AssetPath(name)), shown, Set.copyOf(above)));
  }

  /** On a virtual thread of its own. */
  private void read(Folder folder) {
    Throwable failure = null;
    try {
      new FolderPages(volume, deadline, doing)
          .read(folder.real, follow, entries -> put(new Page(folder, entries, false, null)));
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    put(new Page(folder, List.of(), true, failure));
  }

  private void put(Page page) {
    try {
      while (!stopped) {
        if (pages.offer(page, 100, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
