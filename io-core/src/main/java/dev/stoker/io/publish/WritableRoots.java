package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Which local folders outputs may be written below. A destination is judged by where it really
 * leads: a link inside a root that points out of it is refused. Immutable.
 */
final class WritableRoots {
  private final List<Path> roots;
  private final FileSteps steps;

  /**
   * @param roots folders; none means that any folder may be written
   */
  WritableRoots(List<Path> roots, FileSteps steps) {
    this.roots = List.copyOf(roots);
    this.steps = steps;
  }

  /**
   * The real folder that holds {@code destination}, free of links.
   *
   * @throws IoFailure.Denied when it lies outside every root
   * @throws IOException when it is not there
   */
  Path folderOf(FileUri destination) throws IOException {
    Path real = local(parentOf(destination)).toRealPath();
    requireInside(real, destination);
    return real;
  }

  /** As {@link #folderOf}, but creates the folders that are missing. */
  Path madeFolderOf(FileUri destination) throws IOException {
    Deque<String> missing = new ArrayDeque<>();
    AssetPath existing = parentOf(destination);
    while (!existing.isRoot() && !Files.exists(local(existing), LinkOption.NOFOLLOW_LINKS)) {
      missing.push(existing.name());
      existing = existing.parent();
    }
    Path real = local(existing).toRealPath();
    requireInside(real, destination);
    for (String name : missing) {
      Path child = real.resolve(name);
      try {
        steps.makeFolder(child);
        steps.syncFolder(real);
      } catch (FileAlreadyExistsException e) {
        // Another output's staging was faster.
      }
      real = child;
    }
    real = real.toRealPath();
    requireInside(real, destination);
    return real;
  }

  private static AssetPath parentOf(FileUri destination) {
    if (destination.path().isRoot()) {
      throw new IoFailure.Invalid("An output cannot be named " + destination + ".");
    }
    return destination.path().parent();
  }

  private static Path local(AssetPath path) {
    return new FileUri(path, true).toLocalPath();
  }

  private void requireInside(Path real, FileUri destination) throws IOException {
    for (Path root : roots) {
      if (real.startsWith(root.toRealPath())) {
        return;
      }
    }
    if (!roots.isEmpty()) {
      throw new IoFailure.Denied(
          "Cannot write "
              + destination
              + ": its folder is really "
              + real
              + ", outside of "
              + roots
              + "; add a writable location that holds it.");
    }
  }
}
