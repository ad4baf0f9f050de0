package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.publish.blob.Xxh64;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * The hidden folder {@code .stoker} beside the outputs of one folder: {@code
 * .stoker/TASK/ATTEMPT/NAME}. RENAME has no condition, so the fence is the name that it renames
 * from: whoever carries out a manifest takes the other attempts' folders away first, and a late
 * RENAME finds nothing.
 *
 * @param folder the real folder that holds the outputs
 * @param tree the file system that has it
 */
record StagingArea(AssetPath folder, OutputTree tree) {
  static final String HIDDEN = ".stoker";

  /** Cannot be a task: a fence's task starts with a letter or digit. */
  private static final String AWAY = "_away";

  /** Somebody may be tidying up in the moment in which we make our folder. */
  private static final int MAKE_TRIES = 16;

  /**
   * A name for one staging of {@code outputName}, relative to the folder. Each staging has its own,
   * so that a slow earlier one cannot write into a later one's file. It is a hash because the
   * longest file name leaves no room for more.
   */
  static String newName(Fence fence, String outputName, RandomGenerator random) {
    return prefix(fence, outputName) + HexFormat.of().toHexDigits(random.nextInt());
  }

  private static String prefix(Fence fence, String outputName) {
    Xxh64 hash = new Xxh64();
    hash.update(ByteBuffer.wrap(outputName.getBytes(StandardCharsets.UTF_8)));
    return HIDDEN
        + "/"
        + fence.task()
        + "/"
        + fence.attempt()
        + "/"
        + HexFormat.of().toHexDigits(hash.value())
        + "-";
  }

  /**
   * Whether {@code stagedName} is one of ours for that fence and output, so that no manifest makes
   * us rename a file from elsewhere.
   */
  static boolean isName(String stagedName, Fence fence, String outputName) {
    String prefix = prefix(fence, outputName);
    return stagedName.startsWith(prefix)
        && stagedName.length() == prefix.length() + 8
        && stagedName.chars().skip(prefix.length()).allMatch(HexFormat::isHexDigit);
  }

  String show() {
    return tree.show(folder);
  }

  AssetPath resolve(String stagedName) {
    return folder.resolve(stagedName);
  }

  /** Makes the attempt's folder, level by level, and gives what {@code inside} made in it. */
  <T> T inAttemptFolder(Fence fence, Inside<T> inside) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        AssetPath hidden = made(folder, HIDDEN);
        return inside.make(made(made(hidden, fence.task()), String.valueOf(fence.attempt())));
      } catch (NoSuchFileException e) {
        if (tries == MAKE_TRIES) {
          throw e;
        }
      }
    }
  }

  /** Removes earlier stagings of one output under one fence, all but {@code newest}. */
  void removeOlder(Fence fence, String outputName, String newest) throws IOException {
    String prefix = prefix(fence, outputName);
    String namePrefix = prefix.substring(prefix.lastIndexOf('/') + 1);
    AssetPath attempt = attemptFolder(fence);
    for (String name : tree.names(attempt)) {
      if (name.startsWith(namePrefix) && !newest.endsWith(name)) {
        tree.remove(attempt.resolve(name));
      }
    }
  }

  /**
   * Takes all other attempts' folders away and empties them. Emptying matters beside renaming: an
   * NFS client renames relative to a folder's handle, which follows the folder wherever it goes.
   */
  void shutOutOthers(Fence fence, RandomGenerator random) throws IOException {
    AssetPath hidden = folder.resolve(HIDDEN);
    AssetPath task = hidden.resolve(fence.task());
    for (String attempt : tree.names(task)) {
      if (!attempt.equals(String.valueOf(fence.attempt()))) {
        takeAway(task.resolve(attempt), fence, random);
      }
    }
    AssetPath allAway = hidden.resolve(AWAY);
    for (String away : tree.names(allAway)) {
      if (away.startsWith(fence.task() + "-")) {
        AssetPath emptied = allAway.resolve(away);
        for (String file : tree.names(emptied)) {
          tree.remove(emptied.resolve(file));
        }
        tree.remove(emptied);
      }
    }
  }

  private void takeAway(AssetPath attempt, Fence fence, RandomGenerator random) throws IOException {
    AssetPath hidden = folder.resolve(HIDDEN);
    String name =
        fence.task() + "-" + attempt.name() + "-" + HexFormat.of().toHexDigits(random.nextInt());
    for (int tries = 1; tree.look(attempt) != null; tries++) {
      try {
        tree.rename(attempt, made(hidden, AWAY).resolve(name));
        tree.syncFolder(hidden.resolve(fence.task()));
        return;
      } catch (NoSuchFileException e) {
        if (tries == MAKE_TRIES) {
          throw e;
        }
      }
    }
  }

  /** Removes the hidden folders that nothing uses any more. */
  void removeEmptyFolders(Fence fence) throws IOException {
    AssetPath hidden = folder.resolve(HIDDEN);
    tree.remove(attemptFolder(fence));
    tree.remove(hidden.resolve(fence.task()));
    tree.remove(hidden.resolve(AWAY));
    tree.remove(hidden);
  }

  void syncAttemptFolder(Fence fence) throws IOException {
    tree.syncFolder(attemptFolder(fence));
  }

  private AssetPath attemptFolder(Fence fence) {
    return folder.resolve(HIDDEN).resolve(fence.task()).resolve(String.valueOf(fence.attempt()));
  }

  private AssetPath made(AssetPath parent, String name) throws IOException {
    AssetPath child = parent.resolve(name);
    try {
      tree.makeFolder(child);
      tree.syncFolder(parent);
    } catch (FileAlreadyExistsException e) {
      OutputTree.Entry found = tree.look(child);
      if (found == null) {
        throw new NoSuchFileException(tree.show(child));
      }
      if (!found.isFolder()) {
        throw new IoFailure.Denied(
            "Cannot stage in " + tree.show(child) + ": it is a link or a file; remove it.");
      }
    }
    return child;
  }

  /** Something made in the attempt's folder. */
  interface Inside<T> {
    T make(AssetPath attemptFolder) throws IOException;
  }
}
