package dev.stoker.io.stage;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.source.AssetSource;

/** Opens a tree with the credentials of a project. */
@FunctionalInterface
public interface SourceOpener {
  AssetSource open(AssetUri tree, String project);
}
