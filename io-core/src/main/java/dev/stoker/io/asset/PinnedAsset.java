package dev.stoker.io.asset;

/**
 * One version of one file at one origin: what every read names, so that no reader ever mixes two
 * versions.
 *
 * @param tree the tree as its user named it, without credentials
 * @param info the file below that tree, with the pinned version
 * @param reader on whose behalf it is read; no part of its identity
 */
public record PinnedAsset(AssetUri tree, AssetInfo info, Reader reader) {

  /** Read by the node itself. */
  public PinnedAsset(AssetUri tree, AssetInfo info) {
    this(tree, info, Reader.NODE);
  }

  /** The same for another reader. */
  public PinnedAsset readBy(Reader other) {
    return new PinnedAsset(tree, info, other);
  }

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
