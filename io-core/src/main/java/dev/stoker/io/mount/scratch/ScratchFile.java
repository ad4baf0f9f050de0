package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.mount.fuse.Call;
import dev.stoker.io.mount.fuse.NodeStatus;
import dev.stoker.io.sync.FileLook;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file. Its bytes are those of {@link #base}, read through the cache, until somebody writes; from
 * then on they are in the spool, {@link #dirty} until the origin has them. They stay there, for
 * readers, until the spool needs the room.
 */
final class ScratchFile extends ScratchNode {
  /** Guards what follows; never taken by who holds the lock of {@link Namespace}. */
  final ReentrantLock lock = new ReentrantLock();

  /** Signaled when an upload ends. */
  private final Condition settled = lock.newCondition();

  /** What the origin has under this name, as far as we know; null for nothing. */
  @Nullable AssetVersion base;

  /** Written by who holds the lock. */
  volatile @Nullable SpoolFile local;

  /** Whether the origin lacks something; written by who holds the lock. */
  volatile boolean dirty;

  /** Written by who holds the lock. */
  volatile long lengthBytes;

  int opens;
  int writers;

  /** Why it could not be stored, the last time; null when it could, or was not tried. */
  @Nullable IoFailure trouble;

  /** Whether the trouble is that somebody else changed it: only a person can decide. */
  boolean conflict;

  /** Who stores it at the moment. */
  @Nullable Thread uploader;

  /** Whether it has no name any more. */
  boolean gone;

  /** Where the origin keeps what was removed while it was open, until it is closed. */
  @Nullable Orphan orphan;

  /** Counts how often base or path became others, so that readers open it anew. */
  volatile int epoch;

  /** When it is stored; null when it is in no queue. Guarded by the lock of {@link WriteBack}. */
  WriteBack.@Nullable Due due;

  /** How often storing it failed in a row. Guarded by the lock of {@link WriteBack}. */
  int failures;

  ScratchFile(
      long id,
      String name,
      FileLook look,
      long modifiedNanos,
      @Nullable AssetVersion base,
      long lengthBytes) {
    super(id, name, look, modifiedNanos);
    this.base = base;
    this.lengthBytes = lengthBytes;
  }

  /** Takes the lock, at once or by a call that may wait. */
  void enter(Call call) {
    if (lock.tryLock()) {
      return;
    }
    call.aboutToWait();
    enter(call.deadline());
  }

  /** Takes the lock. */
  void enter(Deadline deadline) {
    try {
      if (!lock.tryLock(Math.max(1, deadline.remainingNanos()), TimeUnit.NANOSECONDS)) {
        throw new IoFailure.TimedOut("Gave up waiting for '" + name + "', which is in use.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Waiting for '" + name + "' was interrupted.");
    }
  }

  /**
   * Waits until nobody stores it, so that its content or name can change. It is never given up for
   * that: what was sent to an origin may take effect there later, under the name and in place of
   * what comes next. Only with the lock.
   */
  void settle(Deadline deadline) {
    try {
      while (uploader != null) {
        if (settled.awaitNanos(Math.max(1, deadline.remainingNanos())) <= 0) {
          throw new IoFailure.TimedOut("Gave up waiting for '" + name + "' to be stored.");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Waiting for '" + name + "' was interrupted.");
    }
  }

  /** Whoever reads it at the origin opens it anew. Only with the lock. */
  void openAnew() {
    int before = epoch;
    epoch = before + 1;
  }

  void uploadBegins() {
    uploader = Thread.currentThread();
  }

  void uploadEnds() {
    uploader = null;
    settled.signalAll();
  }

  @Override
  int type() {
    return NodeStatus.TYPE_FILE;
  }

  @Override
  long lengthBytes() {
    return lengthBytes;
  }

  @Override
  long allocatedBytes() {
    SpoolFile here = local;
    return here == null ? lengthBytes : here.chargedBytes();
  }

  @Override
  int links() {
    return gone ? 0 : 1;
  }
}
