package dev.stoker.io.source.blob;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Makes files and folders of a flat, sorted list of blob names. Marker blobs are folders, not
 * files; where both {@code a} and {@code a/b} exist, no file system can hold both: the folder wins
 * and {@code a} is reported; names that no file can have are reported and left out.
 *
 * <p>A blob is held back until a name comes that does not begin with its own, since {@code a-z}
 * sorts between {@code a} and {@code a/b}. What is held back is therefore a chain of prefixes.
 *
 * <p>Not thread-safe.
 */
final class FolderRules {
  private final Consumer<BlobItem> file;
  private final Consumer<String> oddity;
  private final ArrayDeque<BlobItem> heldBack = new ArrayDeque<>();

  /**
   * @param file takes what is a file
   * @param oddity takes a sentence about each blob that is left out though it holds something
   */
  FolderRules(Consumer<BlobItem> file, Consumer<String> oddity) {
    this.file = file;
    this.oddity = oddity;
  }

  void add(BlobItem item) {
    String name = item.name();
    while (!heldBack.isEmpty() && !name.startsWith(heldBack.peekLast().name())) {
      file.accept(heldBack.pollLast());
    }
    heldBack.removeIf(
        shadowed -> {
          boolean isFolder =
              name.length() > shadowed.name().length()
                  && name.charAt(shadowed.name().length()) == '/';
          if (isFolder && shadowed.lengthBytes() > 0) {
            oddity.accept(
                "The blob '" + shadowed.name() + "' is left out: a folder has the same name.");
          }
          return isFolder;
        });
    if (item.folder() || name.endsWith("/")) {
      if (item.lengthBytes() > 0) {
        oddity.accept("The blob '" + name + "' is left out: it only marks a folder.");
      }
    } else if (BlobNames.isFileName(name)) {
      heldBack.addLast(item);
    } else {
      oddity.accept("The blob '" + name + "' is left out: no file can have that name.");
    }
  }

  void end() {
    while (!heldBack.isEmpty()) {
      file.accept(heldBack.pollLast());
    }
  }
}
