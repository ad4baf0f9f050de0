package dev.stoker.io.publish;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Every step that changes a file system, so that a test can make the n-th one fail. */
interface FileSteps {

  /** Creates one folder level; fails when the name exists. */
  void makeFolder(Path folder) throws IOException;

  /** Opens a new file for writing; fails when the name exists. */
  FileChannel create(Path file) throws IOException;

  /** LINK: gives {@code existing} a second name, which must be new. */
  void link(Path existing, Path name) throws IOException;

  /** RENAME within one file system, replacing what has the name. */
  void rename(Path from, Path to) throws IOException;

  /** Removes a file, a link or an empty folder; leaves a folder that is not empty or not there. */
  void remove(Path path) throws IOException;

  /** Makes names created or removed in {@code folder} survive a power cut. */
  void syncFolder(Path folder) throws IOException;

  /** The file system itself. */
  FileSteps SYSTEM =
      new FileSteps() {
        @Override
        public void makeFolder(Path folder) throws IOException {
          Files.createDirectory(folder);
        }

        @Override
        public FileChannel create(Path file) throws IOException {
          return FileChannel.open(
              file,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS);
        }

        @Override
        public void link(Path existing, Path name) throws IOException {
          Files.createLink(name, existing);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
          Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void remove(Path path) throws IOException {
          try {
            Files.delete(path);
          } catch (NoSuchFileException | DirectoryNotEmptyException e) {
            // Gone already, or another attempt still uses it: both are as the caller wants it.
          }
        }

        @Override
        public void syncFolder(Path folder) throws IOException {
          try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
          }
        }
      };
}
