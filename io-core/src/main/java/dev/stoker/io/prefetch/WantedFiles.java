package dev.stoker.io.prefetch;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.source.AssetSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Finds the files that a session wants from a tree, asking the origin for no more than it must: one
 * question for a file, one listing for a folder or pattern, one for the whole tree.
 *
 * <p>Thread-safe.
 */
public final class WantedFiles {
  /** Questions for single files at once; the origin's own limits come on top. */
  private static final int QUESTIONS = 64;

  private final AssetUri tree;
  private final AssetSource source;

  /**
   * @param source answers for {@code tree}
   */
  public WantedFiles(AssetUri tree, AssetSource source) {
    this.tree = tree;
    this.source = source;
  }

  /**
   * Tells {@code each} of every wanted file once, from several threads, as answers come in; what
   * was included first comes first, roughly.
   *
   * @param include paths of files and folders, and patterns; empty for the whole tree
   * @throws IoFailure.NotFound when an included path names nothing, or a pattern matches nothing
   */
  public void list(List<String> include, Deadline deadline, Consumer<AssetInfo> each) {
    list(
        include,
        deadline,
        each,
        failure -> {
          throw failure;
        });
  }

  /**
   * The same, going on where an included line cannot be found or listed.
   *
   * @param failed told why, from several threads
   */
  public void list(
      List<String> include,
      Deadline deadline,
      Consumer<AssetInfo> each,
      Consumer<IoFailure> failed) {
    if (include.isEmpty()) {
      source.list(AssetPath.ROOT, deadline, each);
      return;
    }
    Set<AssetPath> told = ConcurrentHashMap.newKeySet();
    Consumer<AssetInfo> once =
        info -> {
          if (told.add(info.path())) {
            each.accept(info);
          }
        };
    BoundedWork.<String>run(
        "list " + tree,
        QUESTIONS,
        include::forEach,
        line -> {
          try {
            find(Wish.of(line), deadline, once);
          } catch (IoFailure.Canceled e) {
            throw e;
          } catch (IoFailure e) {
            failed.accept(e);
          }
        },
        deadline,
        () -> {});
  }

  private void find(Wish wish, Deadline deadline, Consumer<AssetInfo> each) {
    if (!wish.path().isRoot()) {
      try {
        // Literally first, even with wildcards in it: origins know files named "a[1].exr".
        each.accept(source.stat(wish.path(), deadline));
        return;
      } catch (IoFailure.NotFound e) {
        // A folder, a pattern or nothing: the listing tells.
      }
    }
    boolean[] found = {false};
    source.list(
        wish.base(),
        deadline,
        info -> {
          if (wish.matches(info.path())) {
            found[0] = true;
            each.accept(info);
          }
        });
    if (!found[0]) {
      throw new IoFailure.NotFound(
          "Cannot find " + tree.resolve(wish.path()) + ": no file or folder there has that name.");
    }
  }
}
