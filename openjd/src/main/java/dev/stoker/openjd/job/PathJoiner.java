package dev.stoker.openjd.job;

import dev.stoker.openjd.pathmap.PathFormat;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Makes the paths of parameters absolute, looking at their text only (2023-09, section 7.4). */
record PathJoiner(@Nullable Path templateFolder, Path currentFolder) {

  /** A path that cannot be used; the reason is the rest of a sentence. */
  static final class UnusablePath extends Exception {
    private final String reason;

    UnusablePath(String reason) {
      super(reason);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  /**
   * A submitted path, relative ones taken from the current folder. An empty one stays empty: it
   * says that there is none. An absolute one stays as it was written, whatever system it is for.
   */
  String submitted(String path) throws UnusablePath {
    return path.isEmpty() || isAbsolute(path) ? path : join(currentFolder, path).toString();
  }

  /** A default, which must stay within the template's folder. */
  String defaulted(String path) throws UnusablePath {
    if (path.isEmpty()) {
      return path;
    }
    if (isAbsolute(path)) {
      throw new UnusablePath("is absolute; it must be relative to the template's folder");
    }
    if (templateFolder == null) {
      throw new UnusablePath(
          "is relative to the template's folder, which is not known; give a value");
    }
    Path joined = join(templateFolder, path);
    if (!joined.startsWith(templateFolder.normalize())) {
      throw new UnusablePath("leads out of the template's folder");
    }
    return joined.toString();
  }

  private static Path join(Path folder, String path) throws UnusablePath {
    try {
      return folder.resolve(path).normalize();
    } catch (InvalidPathException e) {
      throw new UnusablePath("is no path: " + e.getReason());
    }
  }

  /** Absolute here, or ({@code C:\x}, {@code \\server\share}) on a submitter's Windows. */
  private static boolean isAbsolute(String path) {
    return PathFormat.POSIX.isAbsolute(path) || PathFormat.WINDOWS.isAbsolute(path);
  }
}
