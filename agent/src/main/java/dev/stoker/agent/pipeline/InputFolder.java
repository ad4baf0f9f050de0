package dev.stoker.agent.pipeline;

import dev.stoker.agent.session.SessionFolders;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/** What a job both reads and writes: staged inputs copied to where it may change them. */
final class InputFolder {
  private InputFolder() {}

  /** Tells an unchanged file. */
  record Stamp(long lengthBytes, FileTime modified) {
    static Stamp of(BasicFileAttributes attributes) {
      return new Stamp(attributes.size(), attributes.lastModifiedTime());
    }
  }

  /**
   * Copies {@code from}, a file or a folder, to {@code to}.
   *
   * @param copied gets a stamp for each copied file, by its path below the output folder
   */
  static void copy(Path from, Path to, SessionFolders folders, Map<Path, Stamp> copied)
      throws IOException {
    if (!Files.exists(from)) {
      return;
    }
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            folders.makeOut(to.resolve(from.relativize(folder).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Path target = to.resolve(from.relativize(file).toString());
            Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            folders.give(target);
            Files.setLastModifiedTime(target, attributes.lastModifiedTime());
            copied.put(
                folders.out().relativize(target),
                Stamp.of(Files.readAttributes(target, BasicFileAttributes.class)));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** The stamps that {@link #copy} gave: copies have the lengths and times of their originals. */
  static void stamps(Path from, Path to, SessionFolders folders, Map<Path, Stamp> copied)
      throws IOException {
    if (!Files.exists(from)) {
      return;
    }
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            Path target = to.resolve(from.relativize(file).toString());
            copied.put(folders.out().relativize(target), Stamp.of(attributes));
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
