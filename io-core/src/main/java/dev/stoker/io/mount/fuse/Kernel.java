package dev.stoker.io.mount.fuse;

import dev.stoker.io.posix.FileHandle;
import dev.stoker.io.posix.PosixException;

/** What a mounted tree can ask of the kernel. Thread-safe. */
public interface Kernel {
  /** Whether the kernel can read files past us. */
  boolean hasPassthrough();

  /**
   * Gives the kernel a file to read past us; {@code file} may be closed afterwards.
   *
   * @return the id for {@link OpenFile#backingId}; all opens of one node at a time share one
   */
  int openBacking(FileHandle file) throws PosixException;

  /** Takes it back, when no open file uses it any more. */
  void closeBacking(int id);

  /**
   * Makes the kernel forget what a name stands for, or that nothing does. Never from within a
   * request: a lookup under way in that folder is waited for.
   */
  void forgetName(long parent, String name);

  /** Makes the kernel forget a node's status and pages. Never from within a request. */
  void forgetPages(long node);
}
