package dev.stoker.io.mount.fuse;

/**
 * What a name stands for.
 *
 * @param node its id; 0 for nothing
 * @param nameNanos how long the kernel may believe that the name stands for it
 * @param statusNanos how long it may believe the status
 */
public record NodeEntry(long node, long nameNanos, long statusNanos, NodeStatus status) {
  /** No such name; the kernel may remember that for {@code nameNanos}. */
  public static NodeEntry nothing(long nameNanos) {
    return new NodeEntry(0, nameNanos, 0, NodeStatus.NOTHING);
  }
}
