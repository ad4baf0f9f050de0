package dev.stoker.io.cache;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;

/**
 * Asks an origin whether a project's own credentials may read an asset. The cache is shared by all
 * projects of a node; a hit must not give a project what its origin would refuse it.
 */
@FunctionalInterface
public interface ReadRights {

  /**
   * Returns when the project may read it.
   *
   * @throws IoFailure.Denied when it may not
   */
  void require(String project, PinnedAsset asset, Deadline deadline);
}
