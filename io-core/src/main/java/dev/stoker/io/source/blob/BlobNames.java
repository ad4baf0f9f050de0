package dev.stoker.io.source.blob;

import dev.stoker.io.asset.AssetPath;

/** Which blobs' names can be paths of files. */
final class BlobNames {
  private BlobNames() {}

  static boolean isFileName(String name) {
    for (String segment : name.split("/", -1)) {
      if (!AssetPath.isName(segment)) {
        return false;
      }
    }
    return true;
  }
}
