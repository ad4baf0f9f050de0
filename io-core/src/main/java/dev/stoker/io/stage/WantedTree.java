package dev.stoker.io.stage;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.IoFailure;
import java.util.List;

/**
 * One tree, or parts of it, to be laid out.
 *
 * @param name the folder that it becomes: one path segment
 * @param uri the origin's tree
 * @param include files, folders and patterns below it; empty for all of it
 */
public record WantedTree(String name, AssetUri uri, List<String> include) {
  public WantedTree {
    include = List.copyOf(include);
    if (!AssetPath.isName(name)) {
      throw new IoFailure.Invalid(
          "Cannot stage " + uri + " as '" + name + "': that is not the name of a folder.");
    }
  }
}
