package dev.stoker.io.prefetch;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.IoFailure;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of what a session includes from a tree.
 *
 * @param path the file or folder that it names literally
 * @param pattern what a path below {@link #base} must match, null where the line holds no wildcard
 * @param base the folder that a pattern's wildcards begin below
 */
record Wish(AssetPath path, @Nullable PathMatcher pattern, AssetPath base) {

  /**
   * Reads a line: a path below the tree, with {@code *}, <code>**</code>, {@code ?}, {@code [a-z]}
   * and {@code {a,b}} as in {@link java.nio.file.FileSystem#getPathMatcher}.
   */
  static Wish of(String line) {
    AssetPath path;
    try {
      path = AssetPath.of(line);
    } catch (IllegalArgumentException e) {
      throw new IoFailure.Invalid(
          "Cannot include '" + line + "': " + e.getMessage() + " Name paths below the tree.");
    }
    if (!hasWildcard(path.value())) {
      return new Wish(path, null, path);
    }
    try {
      return new Wish(
          path, FileSystems.getDefault().getPathMatcher("glob:" + path.value()), base(path));
    } catch (IllegalArgumentException e) {
      return new Wish(path, null, path); // a name with a lonely bracket is a name
    }
  }

  boolean matches(AssetPath file) {
    return pattern == null ? file.startsWith(path) : pattern.matches(Path.of(file.value()));
  }

  private static AssetPath base(AssetPath path) {
    List<String> segments = List.of(path.value().split("/", -1));
    AssetPath base = AssetPath.ROOT;
    for (String segment : segments) {
      if (hasWildcard(segment)) {
        return base;
      }
      base = base.resolve(new AssetPath(segment));
    }
    return base;
  }

  static boolean hasWildcard(String text) {
    return text.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }
}
