package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;

/**
 * Where the origin keeps a file that was removed while somebody had it open, as NFS clients have
 * always done it.
 *
 * @param path a name that is not shown
 */
record Orphan(AssetPath path, AssetVersion version) {
  static final String PREFIX = ".stoker-orphan-";
}
