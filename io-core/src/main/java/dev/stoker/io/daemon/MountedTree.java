package dev.stoker.io.daemon;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.mount.AssetTree;
import dev.stoker.io.mount.fuse.FileTree;
import dev.stoker.io.mount.scratch.ScratchTree;
import java.time.Duration;
import java.util.List;

/** A tree that is mounted. Thread-safe. */
sealed interface MountedTree extends AutoCloseable {
  FileTree files();

  /** Looks whether there is such a tree. */
  void requireThere(Deadline deadline);

  /** How long {@link #close} may take. */
  Duration closePatience();

  /**
   * After {@link #close}: nothing that was written is missing at the origin.
   *
   * @throws IoFailure.Unavailable naming what is
   */
  void requireStored();

  @Override
  void close();

  /** Assets. */
  record ReadOnly(AssetTree tree) implements MountedTree {
    @Override
    public FileTree files() {
      return tree;
    }

    @Override
    public void requireThere(Deadline deadline) {
      tree.requireThere(deadline);
    }

    @Override
    public Duration closePatience() {
      return Duration.ZERO;
    }

    @Override
    public void requireStored() {}

    @Override
    public void close() {
      tree.close();
    }
  }

  /** One that people write to. */
  record Scratch(ScratchTree tree) implements MountedTree {
    /** Names that a message has room for. */
    private static final int MAX_NAMED = 5;

    @Override
    public FileTree files() {
      return tree;
    }

    @Override
    public void requireThere(Deadline deadline) {
      tree.requireThere(deadline);
    }

    @Override
    public Duration closePatience() {
      return tree.unmountTimeout();
    }

    @Override
    public void requireStored() {
      List<String> left = tree.notStored();
      if (!left.isEmpty()) {
        throw new IoFailure.Unavailable(
            ("Not all that was written is stored at the origin: %d stay in the spool, and the next"
                    + " mount stores them: %s%s")
                .formatted(
                    left.size(),
                    String.join("; ", left.subList(0, Math.min(MAX_NAMED, left.size()))),
                    left.size() > MAX_NAMED ? "; …" : ""),
            null);
      }
    }

    @Override
    public void close() {
      tree.close();
    }
  }
}
