package dev.stoker.io.source.blob;

import dev.stoker.io.asset.AssetPath;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Makes files and folders of one level of a listing ({@code delimiter=/}), by the rules of {@link
 * FolderRules}: marker blobs are folders, a folder wins over a file of its name, names that no file
 * can have are reported and left out.
 *
 * <p>Not thread-safe.
 */
final class OneLevel {
  private final String prefix;
  private final Consumer<String> oddity;
  private final Map<String, BlobItem> files = new TreeMap<>();
  private final Set<String> folders = new TreeSet<>();
  private boolean marked;

  /**
   * @param prefix the folder's own name with its slash; empty for a container
   */
  OneLevel(String prefix, Consumer<String> oddity) {
    this.prefix = prefix;
    this.oddity = oddity;
  }

  void add(BlobItem item) {
    String name = item.name().substring(Math.min(prefix.length(), item.name().length()));
    if (name.isEmpty()) {
      marked = true; // the folder's own marker
      return;
    }
    boolean folder = item.folder() || name.endsWith("/");
    String plain = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    if (!AssetPath.isName(plain)) {
      oddity.accept("The blob '" + item.name() + "' is left out: no file can have that name.");
    } else if (folder) {
      folders.add(plain);
      BlobItem shadowed = files.remove(plain);
      if (shadowed != null && shadowed.lengthBytes() > 0) {
        leftOut(shadowed);
      }
    } else if (!folders.contains(plain)) {
      files.put(plain, item);
    } else if (item.lengthBytes() > 0) {
      leftOut(item);
    }
  }

  private void leftOut(BlobItem shadowed) {
    oddity.accept("The blob '" + shadowed.name() + "' is left out: a folder has the same name.");
  }

  /** Whether not even a marker says that there is such a folder. */
  boolean isNothing() {
    return !marked && files.isEmpty() && folders.isEmpty();
  }

  Set<String> folders() {
    return folders;
  }

  Map<String, BlobItem> files() {
    return files;
  }
}
