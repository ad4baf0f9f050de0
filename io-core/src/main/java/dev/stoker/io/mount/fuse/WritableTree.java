package dev.stoker.io.mount.fuse;

/**
 * A tree that may be changed. What a method does is there, for every reader of the mount, when it
 * returns.
 */
public interface WritableTree extends FileTree {
  /**
   * Makes a file and opens it.
   *
   * @param flags of open(2)
   * @param mode permission bits, the caller's umask applied
   */
  Created create(Call call, long parent, String name, int flags, int mode);

  /**
   * What {@link #create} made.
   *
   * @param entry one use of it
   */
  record Created(NodeEntry entry, OpenFile file) {}

  NodeEntry makeFolder(Call call, long parent, String name, int mode);

  /** Makes a file (mode with its type bits), fifo or socket without opening it. */
  NodeEntry makeNode(Call call, long parent, String name, int mode);

  NodeEntry makeLink(Call call, long node, long parent, String name);

  NodeEntry makeSymbolicLink(Call call, long parent, String name, String target);

  void removeFile(Call call, long parent, String name);

  void removeFolder(Call call, long parent, String name);

  /**
   * Renames on the tree.
   *
   * @param flags of renameat2(2)
   */
  void rename(Call call, long parent, String name, long toParent, String toName, int flags);

  /** Changes what {@code change} names; gives what the node is then. */
  NodeStatus change(Call call, long node, StatusChange change);

  void setAttribute(Call call, long node, String name, byte[] value, int flags);

  void removeAttribute(Call call, long node, String name);
}
