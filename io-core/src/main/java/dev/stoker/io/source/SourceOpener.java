package dev.stoker.io.source;

import dev.stoker.io.asset.AssetUri;

/** Opens a tree with the credentials of a project; the empty name is the node itself. */
@FunctionalInterface
public interface SourceOpener {
  AssetSource open(AssetUri tree, String project);
}
