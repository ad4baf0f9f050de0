package dev.stoker.io.prefetch;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.Percent;
import java.util.List;

/**
 * A file, folder or pattern as a person names it in one text, such as {@code
 * blob://studio/show/textures/*.exr}: the tree to ask, and what is wanted of it. Wildcards ({@code
 * *}, <code>**</code>, {@code [a-z]}, {@code {a,b}}; in plain paths {@code ?} too) stand in the
 * path only.
 *
 * @param tree what lies above the first wildcard, or above a file's name
 * @param include one line for {@link WantedFiles}; empty for all of the tree
 */
public record WantedUri(AssetUri tree, String include) {

  /**
   * Reads one.
   *
   * @throws IoFailure.Invalid when it is neither a URI nor a path
   */
  public static WantedUri parse(String text) {
    int authority = text.indexOf("://");
    int query = authority < 0 ? -1 : text.indexOf('?');
    String path = query < 0 ? text : text.substring(0, query);
    String tail = query < 0 ? "" : text.substring(query);
    int from = authority < 0 ? 0 : authority + 3;
    int split = path.lastIndexOf('/', firstWildcard(path, from));
    boolean wholeTree = path.endsWith("/") && firstWildcard(path, from) == path.length();
    if (wholeTree || split < from) {
      return new WantedUri(AssetUri.parse(text), "");
    }
    String name = path.substring(split + 1);
    AssetUri tree;
    try {
      tree = AssetUri.parse(path.substring(0, split + 1) + tail);
    } catch (IoFailure.Invalid e) {
      return new WantedUri(AssetUri.parse(text), ""); // a container or host alone
    }
    return new WantedUri(tree, authority < 0 ? name : Percent.decode(name));
  }

  private static int firstWildcard(String path, int from) {
    for (int i = from; i < path.length(); i++) {
      if (Wish.hasWildcard(path.substring(i, i + 1))) {
        return i;
      }
    }
    return path.length();
  }

  /**
   * Whether an asset is meant.
   *
   * @param canonical as {@link AssetUri#canonical()} of the asset
   */
  public boolean matches(String canonical) {
    String above = tree.canonical();
    if (include.isEmpty()) {
      return canonical.equals(above) || canonical.startsWith(withSlash(above));
    }
    if (!canonical.startsWith(withSlash(above))) {
      return false;
    }
    AssetPath below = AssetPath.of(Percent.decode(canonical.substring(withSlash(above).length())));
    Wish wish = Wish.of(include);
    return below.startsWith(wish.path()) || wish.matches(below);
  }

  private static String withSlash(String canonical) {
    return canonical.endsWith("/") ? canonical : canonical + "/";
  }

  /** Whether one of them means an asset. */
  public static boolean anyMatches(List<WantedUri> wanted, String canonical) {
    return wanted.stream().anyMatch(one -> one.matches(canonical));
  }
}
