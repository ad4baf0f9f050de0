package dev.stoker.io.mount.fuse;

import dev.stoker.io.asset.Deadline;

/**
 * Who asks, and how long he waits.
 *
 * @param unique the request's number; 0 for our own
 * @param uid of the asking thread
 * @param gid of the asking thread
 * @param pid the asking thread's id; 0 for what the kernel does by itself
 * @param mayWait whether this call may wait; see {@link FileTree}
 * @param deadline when whoever waits gives up
 */
public record Call(long unique, int uid, int gid, int pid, boolean mayWait, Deadline deadline) {
  /** Ends the call here if it may not wait. */
  public void aboutToWait() {
    if (!mayWait) {
      throw MustWait.NOW;
    }
  }

  Call waiting() {
    return new Call(unique, uid, gid, pid, true, deadline);
  }
}
