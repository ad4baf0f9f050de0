package dev.stoker.io.asset;

/**
 * One version of one file at one origin: what every read names, so that no reader ever mixes two
 * versions.
 *
 * @param tree the tree as its user named it, without credentials
 * @param info the file below that tree, with the pinned version
 */
public record PinnedAsset(AssetUri tree, AssetInfo info) {

  /** The file's own URI, without credentials. */
  public AssetUri uri() {
    return tree.resolve(info.path());
  }

  /**
   * Names this version among all assets; equal for equal bytes from one origin path. Holds no
   * credential.
   */
  public String identity() {
    return uri().canonical() + "#" + info.version().token();
  }

  @Override
  public String toString() {
    return uri().toString();
  }
}
