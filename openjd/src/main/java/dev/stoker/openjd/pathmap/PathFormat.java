package dev.stoker.openjd.pathmap;

import java.util.ArrayList;
import java.util.List;

/** How the paths of an operating system are written. */
public enum PathFormat {
  /** Split at {@code /}; case matters; a backslash is a letter like any other. */
  POSIX,
  /** Split at {@code /} and backslash; case does not matter. */
  WINDOWS;

  /** Whether a path starts at a root of this format: a slash, or a drive letter or share. */
  public boolean isAbsolute(String path) {
    return switch (this) {
      case POSIX -> path.startsWith("/");
      case WINDOWS -> path.startsWith("\\\\") || path.startsWith("//") || hasDrive(path);
    };
  }

  private static boolean hasDrive(String path) {
    return path.length() >= 3
        && Character.isLetter(path.charAt(0))
        && path.charAt(1) == ':'
        && isSeparator(path.charAt(2), WINDOWS);
  }

  /** The names that a path consists of, empty ones and {@code .} left out. */
  List<String> names(String path) {
    List<String> names = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= path.length(); i++) {
      if (i == path.length() || isSeparator(path.charAt(i), this)) {
        String name = path.substring(from, i);
        if (!name.isEmpty() && !name.equals(".")) {
          names.add(name);
        }
        from = i + 1;
      }
    }
    return names;
  }

  /**
   * Which root a path hangs from. Paths with equal names are not the same path when one of them is
   * relative, or one a share and the other not.
   */
  int leadingSeparators(String path) {
    int count = 0;
    while (count < path.length() && count < 2 && isSeparator(path.charAt(count), this)) {
      count++;
    }
    // POSIX leaves "//" to the system; Linux and the reference implementations' rules take it as
    // "/".
    return this == POSIX ? Math.min(count, 1) : count;
  }

  boolean sameName(String one, String other) {
    return this == WINDOWS ? one.equalsIgnoreCase(other) : one.equals(other);
  }

  boolean endsWithSeparator(String path) {
    return !path.isEmpty() && isSeparator(path.charAt(path.length() - 1), this);
  }

  private static boolean isSeparator(char c, PathFormat format) {
    return c == '/' || (c == '\\' && format == WINDOWS);
  }
}
