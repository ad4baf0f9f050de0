package dev.stoker.io.asset;

import java.util.ArrayList;
import java.util.List;

/**
 * A path below a tree, in the origin's own spelling: segments joined by {@code /}, never absolute,
 * never escaping.
 *
 * <p>Unicode is kept as the origin has it; whoever compares names decides about normalisation
 * forms. The empty path is the tree itself.
 *
 * @param value segments joined by {@code /}; empty for the root
 */
public record AssetPath(String value) implements Comparable<AssetPath> {
  public static final AssetPath ROOT = new AssetPath("");

  /** No file system of ours takes a longer name (NAME_MAX, limits.h). */
  private static final int MAX_SEGMENT_BYTES = 255;

  public AssetPath {
    if (!value.isEmpty()) {
      for (String segment : value.split("/", -1)) {
        requireName(segment, value);
      }
    }
  }

  /**
   * Joins the segments of {@code text}, dropping empty ones and {@code .}; refuses {@code ..} and
   * what no file can be named.
   */
  public static AssetPath of(String text) {
    List<String> kept = new ArrayList<>();
    for (String segment : text.split("/", -1)) {
      if (!segment.isEmpty() && !segment.equals(".")) {
        kept.add(segment);
      }
    }
    return new AssetPath(String.join("/", kept));
  }

  /** Whether {@code name} can be one file's name on a Linux file system. */
  public static boolean isName(String name) {
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && name.indexOf('/') < 0
        && name.indexOf('\0') < 0
        && name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length <= MAX_SEGMENT_BYTES;
  }

  public boolean isRoot() {
    return value.isEmpty();
  }

  /** The last segment; empty for the root. */
  public String name() {
    return value.substring(value.lastIndexOf('/') + 1);
  }

  /** The folder that holds this path; the root for a single segment and for the root. */
  public AssetPath parent() {
    int slash = value.lastIndexOf('/');
    return slash < 0 ? ROOT : new AssetPath(value.substring(0, slash));
  }

  public AssetPath resolve(String child) {
    return resolve(of(child));
  }

  public AssetPath resolve(AssetPath child) {
    if (isRoot()) {
      return child;
    }
    return child.isRoot() ? this : new AssetPath(value + "/" + child.value);
  }

  /** Whether this path is {@code folder} or lies below it. */
  public boolean startsWith(AssetPath folder) {
    return folder.isRoot() || value.equals(folder.value) || value.startsWith(folder.value + "/");
  }

  /** This path as seen from {@code folder}, which must hold it. */
  public AssetPath relativeTo(AssetPath folder) {
    if (!startsWith(folder)) {
      throw new IllegalArgumentException(
          "'" + value + "' does not lie below '" + folder.value + "'.");
    }
    if (folder.isRoot()) {
      return this;
    }
    return value.length() == folder.value.length()
        ? ROOT
        : new AssetPath(value.substring(folder.value.length() + 1));
  }

  @Override
  public int compareTo(AssetPath other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }

  private static void requireName(String segment, String whole) {
    if (!isName(segment)) {
      throw new IllegalArgumentException(
          "'"
              + whole
              + "' is not a path below a tree: the segment '"
              + segment
              + "' cannot be a file's name.");
    }
  }

  // By hand: a record's own are made at run time, which a short command waits for.
  @Override
  public boolean equals(Object other) {
    return other instanceof AssetPath path && value.equals(path.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }
}
