package dev.stoker.io.publish;

import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Says in our words what a file system answered. */
final class FileTrouble {
  private FileTrouble() {}

  /**
   * @param doing such as {@code Cannot write /mnt/a.exr}
   */
  static IoFailure of(String doing, IOException cause) {
    return switch (cause) {
      case AccessDeniedException e ->
          new IoFailure.Denied(
              doing + ": permission denied; check owner and mode of " + e.getFile() + ".");
      case NoSuchFileException e ->
          new IoFailure.NotFound(doing + ": " + e.getFile() + " is not there.");
      case FileSystemException e when e.getReason() != null ->
          new IoFailure.Disk(doing + ": " + e.getReason() + ".", e);
      default -> new IoFailure.Disk(doing + ": " + cause.getMessage() + ".", cause);
    };
  }
}
