package dev.stoker.io.mount;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.cache.CachedAsset;
import org.jspecify.annotations.Nullable;

/** Told what one session does with one tree, and keeps the versions that it reads. Thread-safe. */
interface TreeWatch {
  /** Of a tree that is nobody's session's. */
  TreeWatch NONE =
      new TreeWatch() {
        @Override
        public @Nullable Pin pinned(AssetPath path) {
          return null;
        }

        @Override
        public @Nullable Pin pin(AssetInfo info) {
          return null;
        }

        @Override
        public boolean missed(long parent, AssetPath path) {
          return true;
        }

        @Override
        public void opening(AssetInfo info) {}

        @Override
        public OpenUse opened(CachedAsset asset, boolean passed) {
          return OpenUse.NONE;
        }

        @Override
        public long salt() {
          return 0;
        }
      };

  /**
   * A version that a session keeps to.
   *
   * @param describedNanos when the origin described it, on {@link System#nanoTime()}'s clock
   */
  record Pin(AssetInfo info, long describedNanos) {}

  /** The version that the session keeps to; null as long as it met none. */
  @Nullable Pin pinned(AssetPath path);

  /**
   * Keeps to a version from now on, unless the session does to another one already.
   *
   * @return which one it is; null where none is kept
   */
  @Nullable Pin pin(AssetInfo info);

  /**
   * There is nothing of that name.
   *
   * @param parent the folder's node
   * @return whether the kernel may remember it
   */
  boolean missed(long parent, AssetPath path);

  /**
   * Somebody is about to open a file.
   *
   * @throws dev.stoker.io.asset.IoFailure.Changed when it is not the version that he is to read
   */
  void opening(AssetInfo info);

  /**
   * Somebody opens a file.
   *
   * @param passed whether the kernel reads it past us
   */
  OpenUse opened(CachedAsset asset, boolean passed);

  /** Tells inode numbers of one tree from those of others in the same mount. */
  long salt();
}
