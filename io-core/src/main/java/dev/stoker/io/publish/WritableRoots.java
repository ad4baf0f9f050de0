package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Which folders of a file system outputs may be written below. A destination is judged by where it
 * really leads: a link inside a root that points out of it is refused. Immutable.
 */
final class WritableRoots {
  private final List<AssetPath> roots;
  private final OutputTree tree;

  /**
   * @param roots folders; none means that any folder may be written
   */
  WritableRoots(List<AssetPath> roots, OutputTree tree) {
    this.roots = List.copyOf(roots);
    this.tree = tree;
  }

  /**
   * The real folder that holds {@code destination}, free of links.
   *
   * @throws IoFailure.Denied when it lies outside every root
   * @throws IOException when it is not there
   */
  AssetPath folderOf(AssetPath destination) throws IOException {
    AssetPath real = tree.real(parentOf(destination));
    requireInside(real, destination);
    return real;
  }

  /** As {@link #folderOf}, but creates the folders that are missing. */
  AssetPath madeFolderOf(AssetPath destination) throws IOException {
    Deque<String> missing = new ArrayDeque<>();
    AssetPath existing = parentOf(destination);
    while (!existing.isRoot() && tree.look(existing) == null) {
      missing.push(existing.name());
      existing = existing.parent();
    }
    AssetPath real = tree.real(existing);
    requireInside(real, destination);
    for (String name : missing) {
      AssetPath child = real.resolve(new AssetPath(name));
      try {
        tree.makeFolder(child);
        tree.syncFolder(real);
      } catch (FileAlreadyExistsException e) {
        // Another output's staging was faster.
      }
      real = child;
    }
    real = tree.real(real);
    requireInside(real, destination);
    return real;
  }

  private AssetPath parentOf(AssetPath destination) {
    if (destination.isRoot()) {
      throw new IoFailure.Invalid("An output cannot be named " + tree.show(destination) + ".");
    }
    return destination.parent();
  }

  private void requireInside(AssetPath real, AssetPath destination) throws IOException {
    for (AssetPath root : roots) {
      if (real.startsWith(tree.real(root))) {
        return;
      }
    }
    if (!roots.isEmpty()) {
      throw new IoFailure.Denied(
          "Cannot write "
              + tree.show(destination)
              + ": its folder is really "
              + tree.show(real)
              + ", outside of "
              + roots.stream().map(tree::show).toList()
              + "; add a writable location that holds it.");
    }
  }
}
