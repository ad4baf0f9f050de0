package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.mount.fuse.Call;
import dev.stoker.io.mount.scratch.ScratchNode.Folder;
import dev.stoker.io.sync.TreeItem;
import dev.stoker.io.sync.TreeWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Keeps folders as the origin lists them, each asked for again after a while. Where the origin does
 * not answer, what was listed before goes on to hold. Thread-safe.
 */
final class FolderListings {
  private static final System.Logger LOG = System.getLogger(FolderListings.class.getName());

  /** Where there is an older listing nobody waits longer for a newer one. */
  private static final Duration RENEWAL_PATIENCE = Duration.ofSeconds(5);

  /** How long an older listing holds where the origin did not answer. */
  private static final long GRACE_NANOS = 15_000_000_000L;

  private final TreeWriter writer;
  private final Namespace names;
  private final long holdsNanos;

  FolderListings(TreeWriter writer, Namespace names, Duration holds) {
    this.writer = writer;
    this.names = names;
    this.holdsNanos = holds.toNanos();
  }

  /** For how long what is known of a folder may be believed; ≤ 0 when it has to be listed. */
  long leftNanos(Folder folder) {
    Long listed = names.locked(() -> folder.listedNanos);
    return listed == null ? 0 : holdsNanos - (System.nanoTime() - listed);
  }

  /** Lists a folder unless its listing holds. */
  void require(Call call, Folder folder) {
    if (leftNanos(folder) > 0) {
      return;
    }
    call.aboutToWait();
    require(folder, call.deadline());
  }

  void require(Folder folder, Deadline deadline) {
    try {
      if (!folder.listing.tryLock(Math.max(1, deadline.remainingNanos()), TimeUnit.NANOSECONDS)) {
        throw new IoFailure.TimedOut("Gave up listing '" + names.path(folder) + "'.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Listing a folder was interrupted.");
    }
    try {
      if (leftNanos(folder) <= 0) {
        list(folder, deadline);
      }
    } finally {
      folder.listing.unlock();
    }
  }

  private void list(Folder folder, Deadline deadline) {
    boolean known = names.locked(() -> folder.listedNanos) != null;
    names.listingBegins(folder);
    long asked = System.nanoTime();
    List<TreeItem> items;
    try {
      items =
          writer.list(
              names.path(folder),
              known ? deadline.orEarlier(Deadline.after(RENEWAL_PATIENCE)) : deadline);
    } catch (IoFailure.NotFound e) {
      if (folder == names.root() && writer.keepsEmptyFolders()) {
        throw e;
      }
      items = List.of(); // a folder of ours in which nothing is stored yet, or one that went
    } catch (IoFailure.Unavailable | IoFailure.TimedOut e) {
      if (!known) {
        throw e;
      }
      LOG.log(System.Logger.Level.WARNING, "{0} What was listed before is shown.", e.getMessage());
      names.locked(() -> folder.listedNanos = asked - holdsNanos + GRACE_NANOS);
      return;
    }
    names.merge(folder, items, asked);
  }
}
