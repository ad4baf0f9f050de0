package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.sync.PushSummary.Note;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the files of a tree. Links are followed as long as they lead to something inside the tree;
 * a link back to a folder that holds it is one of those that are not. Hidden names are names.
 */
final class TreeWalk {
  private final Path root;
  private final int mostFiles;
  private final List<LocalFile> files = new ArrayList<>();
  private final List<Note> skipped = new ArrayList<>();

  /** The real folders between the root and where the walk is, for links that go in circles. */
  private final Set<Path> above = new HashSet<>();

  private TreeWalk(Path root, int mostFiles) {
    this.root = root;
    this.mostFiles = mostFiles;
  }

  /**
   * @throws IoFailure when a folder cannot be read; it is named
   */
  static Found find(Path folder) {
    return find(folder, Integer.MAX_VALUE);
  }

  /**
   * @throws IoFailure also when there are more files, which a walk of {@code /} would take hours to
   *     count
   */
  static Found find(Path folder, int mostFiles) {
    try {
      TreeWalk walk = new TreeWalk(folder.toRealPath(), mostFiles);
      walk.visitFolder(walk.root, AssetPath.ROOT);
      return new Found(List.copyOf(walk.files), List.copyOf(walk.skipped));
    } catch (IOException e) {
      throw new IoFailure.Disk("Cannot list " + folder + ": " + e + ".", e);
    }
  }

  private void visitFolder(Path folder, AssetPath path) throws IOException {
    above.add(folder);
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(children::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    // A fixed order makes two runs comparable.
    children.sort(null);
    for (Path child : children) {
      visit(child, path);
    }
    above.remove(folder);
  }

  private void visit(Path child, AssetPath parent) throws IOException {
    String name = String.valueOf(child.getFileName());
    if (!child.equals(child.resolveSibling(name)) || !AssetPath.isName(name)) {
      skip(child, "its name is not text in this locale; set LC_ALL=C.UTF-8, or rename it");
      return;
    }
    Path real = child;
    if (Files.isSymbolicLink(child)) {
      if (!Files.exists(child)) {
        skip(child, "the link leads nowhere");
        return;
      }
      real = child.toRealPath();
      if (!real.startsWith(root)) {
        skip(child, "the link leads out of the tree, to " + real);
        return;
      }
    }
    BasicFileAttributes found = Files.readAttributes(real, BasicFileAttributes.class);
    AssetPath path = parent.resolve(new AssetPath(name));
    if (found.isDirectory() && above.contains(real)) {
      skip(child, "the link leads back to a folder that holds it");
    } else if (found.isDirectory()) {
      visitFolder(real, path);
    } else if (found.isRegularFile()) {
      if (files.size() == mostFiles) {
        throw new IoFailure.Invalid(
            "The folder " + root + " holds more than " + mostFiles + " files.");
      }
      files.add(new LocalFile(path, real, found.size(), found.lastModifiedTime().toInstant()));
    } else {
      skip(child, "it is neither a file nor a folder");
    }
  }

  private void skip(Path path, String why) {
    skipped.add(new Note(path.toString(), why));
  }

  /**
   * @param files in the order of the walk
   * @param skipped what will not be pushed, and why
   */
  record Found(List<LocalFile> files, List<Note> skipped) {
    /** A file by itself. */
    static Found single(Path file) {
      if (!Files.isRegularFile(file)) {
        throw new IoFailure.Invalid("Cannot push " + file + ": it is neither a file nor a folder.");
      }
      try {
        return new Found(List.of(LocalFile.of(AssetPath.ROOT, file)), List.of());
      } catch (IOException e) {
        throw new IoFailure.Disk("Cannot read " + file + ": " + e + ".", e);
      }
    }
  }
}
