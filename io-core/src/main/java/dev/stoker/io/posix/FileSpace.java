package dev.stoker.io.posix;

import java.nio.file.Path;

/** Room on a disk for files that are about to be written. */
public final class FileSpace {
  private FileSpace() {}

  /**
   * Has the file system find room for a file in one go (fallocate(2)), in place of doing so while
   * it writes back what came, for which writers of the same file wait. What is read of the file,
   * and its length, stay as they are.
   *
   * @param file exists and is no link
   * @return whether there is room now; false also where the file system or this machine cannot, and
   *     then writing tells what is wrong, if anything
   */
  public static boolean reserve(Path file, long bytes) {
    if (!JniLibrary.AVAILABLE) {
      return false;
    }
    try (SpliceFile open = SpliceFile.open(file)) {
      return SpliceCalls.allocate(open.descriptor(), bytes) == 0;
    } catch (PosixException e) {
      return false;
    }
  }
}
