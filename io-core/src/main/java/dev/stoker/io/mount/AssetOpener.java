package dev.stoker.io.mount;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.asset.Reader;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.mount.fuse.OpenFile;

/** Opens files of one tree through the cache, for trees that hold more than assets. Thread-safe. */
public final class AssetOpener {
  private final BlockCache cache;
  private final AssetUri uri;
  private final String project;
  private final long readAheadBytes;
  private final AheadBudget budget;
  private final ReadCounters counters = new ReadCounters();

  /**
   * @param project whose credentials are used
   * @param readAheadBytes most that is fetched ahead of one reader
   * @param aheadMemoryBytes most that is on its way ahead of all readers together
   */
  public AssetOpener(
      BlockCache cache, AssetUri uri, String project, long readAheadBytes, long aheadMemoryBytes) {
    this.cache = cache;
    this.uri = uri;
    this.project = project;
    this.readAheadBytes = readAheadBytes;
    this.budget = new AheadBudget(aheadMemoryBytes);
  }

  /**
   * One version of a file.
   *
   * @param info as the origin told it to this very tree's credentials
   */
  public CachedAsset cached(AssetInfo info, Deadline deadline) {
    PinnedAsset asset = new PinnedAsset(uri, info, new Reader(project, project));
    cache.grant(project, asset);
    return cache.open(asset, project, deadline);
  }

  /** The same for somebody who reads it in parts. */
  public OpenFile open(AssetInfo info, Deadline deadline) {
    return new AssetFile(
        cached(info, deadline), readAheadBytes, budget, counters, OpenUse.NONE, () -> {});
  }
}
