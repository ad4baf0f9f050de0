package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.sync.FileLook;
import dev.stoker.io.sync.TreeWriter;
import dev.stoker.io.sync.WriteCondition;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Stores one file at the origin, in place of the version that it came from and no other.
 * Thread-safe.
 */
final class Uploads {
  private static final System.Logger LOG = System.getLogger(Uploads.class.getName());

  private final TreeWriter writer;
  private final Namespace names;
  private final Spool spool;
  private final ScratchOptions options;
  private volatile boolean ending;

  Uploads(TreeWriter writer, Namespace names, Spool spool, ScratchOptions options) {
    this.writer = writer;
    this.names = names;
    this.spool = spool;
    this.options = options;
  }

  /** How it ended. */
  enum Outcome {
    /** The origin has it, or nobody wants it. */
    DONE,
    /** Somebody writes to it, or its folder is being renamed; whoever does that asks again. */
    NOT_NOW,
    /** Another try may help. */
    FAILED,
    /** Only a person can help. */
    CONFLICT
  }

  /** The tree is unmounted: who has a file open does not write to it any more. */
  void endOfWriting() {
    ending = true;
  }

  /** What is stored where. */
  private record Work(
      AssetPath path,
      SpoolFile local,
      @Nullable AssetVersion base,
      FileLook look,
      long lengthBytes) {}

  /**
   * Stores a file if the origin lacks it. Not with its lock.
   *
   * @param awaited whether somebody waits for it, so that it is stored although it is open
   */
  Outcome store(ScratchFile file, boolean awaited) {
    Deadline deadline = Deadline.after(options.patience(file.lengthBytes));
    file.enter(deadline);
    Work work;
    try {
      if (!file.dirty || file.gone) {
        return Outcome.DONE;
      }
      work = begin(file, awaited);
      if (work == null) {
        return Outcome.NOT_NOW;
      }
      file.uploadBegins();
    } finally {
      file.lock.unlock();
    }
    AssetVersion stored = null;
    IoFailure failure = null;
    try {
      stored = write(work, deadline);
    } catch (IoFailure e) {
      failure = e;
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "Storing a file failed in Stoker", e);
      failure = new IoFailure.Unavailable("Cannot store " + work.path() + ": " + e, e);
    }
    boolean givenUp = Thread.interrupted();
    file.lock.lock();
    try {
      return stored == null
          ? failed(file, failure, givenUp && !awaited)
          : stored(file, work, stored);
    } finally {
      file.uploadEnds();
      file.lock.unlock();
      if (givenUp && awaited) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private @Nullable Work begin(ScratchFile file, boolean awaited) {
    SpoolFile local = file.local;
    AssetPath path = names.pathIfAny(file);
    if (local == null
        || path == null
        || file.uploader != null
        || (file.writers > 0 && !awaited && !ending)
        || names.isMoving(file)) {
      return null;
    }
    try {
      local.setModified(file.modifiedNanos);
    } catch (IOException e) {
      throw new IoFailure.Disk("The spool fails: " + e.getMessage(), e);
    }
    return new Work(path, local, file.base, file.look(), file.lengthBytes);
  }

  private AssetVersion write(Work work, Deadline deadline) {
    WriteCondition condition =
        work.base() == null
            ? new WriteCondition.Nothing()
            : new WriteCondition.Version(work.base());
    FileLook look = writer.keepsLooks() ? work.look() : null;
    try {
      return writer.write(work.path(), work.local().path(), condition, look, deadline);
    } catch (IoFailure.Fenced e) {
      // An answer that was lost, or a kill -9 right after: it may be ours that lies there.
      AssetVersion same = writer.versionIfEqual(work.path(), work.local().path(), deadline);
      if (same != null) {
        return same;
      }
      throw new IoFailure.Fenced(
          "Cannot store '"
              + work.path()
              + "': somebody else changed it at the origin since it was read here; rename ours to"
              + " keep both, or remove it to see theirs.");
    }
  }

  private Outcome stored(ScratchFile file, Work work, AssetVersion version) {
    if (file.trouble != null) {
      LOG.log(System.Logger.Level.INFO, "''{0}'' is stored by now.", work.path());
    }
    file.base = version;
    names.stored(file); // before it looks like any other to a listing that is older than this
    file.dirty = false;
    file.trouble = null;
    file.conflict = false;
    file.openAnew();
    spool.forget(work.local());
    if (file.opens == 0) {
      spool.mayGo(file);
    }
    return Outcome.DONE;
  }

  private Outcome failed(ScratchFile file, @Nullable IoFailure failure, boolean givenUp) {
    if (givenUp) {
      return Outcome.NOT_NOW;
    }
    boolean said =
        file.trouble != null && failure != null && file.trouble.getClass() == failure.getClass();
    file.trouble = failure;
    file.conflict = failure instanceof IoFailure.Fenced;
    if (!said && failure != null) {
      LOG.log(
          System.Logger.Level.WARNING,
          file.conflict ? "{0}" : "{0} It stays in the spool, and is tried again.",
          failure.getMessage());
    }
    return file.conflict ? Outcome.CONFLICT : Outcome.FAILED;
  }
}
