package dev.stoker.io.mount.fuse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tree of files as the kernel asks for it. Nodes are known by ids that the tree gives out and
 * never reuses; the root has {@link #ROOT}.
 *
 * <p>Every method may be called from many threads at once. One that would have to wait (for an
 * origin, a lock that is held long) and whose {@link Call#mayWait} says no throws {@link MustWait};
 * it is then called again, on a thread that may. What cannot be done is said by {@link TreeFailure}
 * or an {@link dev.stoker.io.asset.IoFailure}.
 */
public interface FileTree {
  long ROOT = 1;

  /**
   * It is mounted; requests come from now on.
   *
   * @param kernel what can be asked of the other side
   */
  default void mounted(Kernel kernel) {}

  /**
   * What {@code name} in the folder {@code parent} is. Each answer with a node is one use of it,
   * ended by {@link #forget}.
   *
   * @return {@link NodeEntry#nothing} where there is none, if the kernel may remember that
   * @throws TreeFailure with ENOENT where it may not
   */
  NodeEntry lookup(Call call, long parent, String name);

  /** The kernel lets go of {@code uses} uses of a node. */
  void forget(long node, long uses);

  NodeStatus status(Call call, long node);

  /**
   * Opens a file.
   *
   * @param flags of open(2)
   */
  OpenFile open(Call call, long node, int flags);

  OpenFolder openFolder(Call call, long node);

  /** Where a symbolic link leads. */
  default String readLink(Call call, long node) {
    throw TreeFailure.INVALID;
  }

  /** The value of an extended attribute, or null where there is none of that name. */
  default byte @Nullable [] attribute(Call call, long node, String name) {
    return null;
  }

  /** Names of extended attributes. */
  default List<String> attributes(Call call, long node) {
    return List.of();
  }

  TreeSpace space(Call call);
}
