package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetPath;
import java.nio.file.Path;

/**
 * A finished file that waits to be published. Below {@code folder} no symbolic link is followed:
 * whoever writes there may be a renderer that runs as another user, and must not make us read what
 * is not its own.
 *
 * @param folder the trusted top, such as a session's output folder; it may itself be reached
 *     through links
 * @param path the regular file below it
 */
public record OutputFile(Path folder, AssetPath path) {
  public OutputFile {
    if (path.isRoot()) {
      throw new IllegalArgumentException("'" + folder + "' is a folder, not a file to publish.");
    }
  }

  /** A file whose folder is trusted. */
  public static OutputFile of(Path file) {
    Path absolute = file.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("'" + file + "' is no file.");
    }
    return new OutputFile(parent, new AssetPath(String.valueOf(absolute.getFileName())));
  }

  /** Where it lies. */
  public Path toLocalPath() {
    return folder.resolve(path.value());
  }

  @Override
  public String toString() {
    return toLocalPath().toString();
  }
}
