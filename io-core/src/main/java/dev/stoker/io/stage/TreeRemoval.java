package dev.stoker.io.stage;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes a folder with all that is in it, whoever put it there, without ever following a link:
 * each step is relative to an open folder.
 */
final class TreeRemoval {
  private TreeRemoval() {}

  /** Removes {@code parent/name}; there being none is no failure. */
  static void remove(Path parent, String name) throws IOException {
    try (DirectoryStream<Path> top = Files.newDirectoryStream(parent)) {
      if (!(top instanceof SecureDirectoryStream<Path> folder)) {
        throw new IOException(
            "The file system of " + parent + " does not open relative to a folder.");
      }
      remove(folder, Path.of(name));
    } catch (NoSuchFileException e) {
      // The session's folder is gone with everything in it.
    }
  }

  private static void remove(SecureDirectoryStream<Path> parent, Path name) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes =
          parent
              .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
              .readAttributes();
    } catch (NoSuchFileException e) {
      return;
    }
    if (!attributes.isDirectory()) {
      parent.deleteFile(name);
      return;
    }
    try (SecureDirectoryStream<Path> folder =
        parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
      List<Path> children = new ArrayList<>();
      folder.forEach(child -> children.add(child.getFileName()));
      for (Path child : children) {
        remove(folder, child);
      }
    }
    parent.deleteDirectory(name);
  }
}
