package dev.stoker.io.publish;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.publish.blob.Xxh64;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The hidden folder {@code .stoker} beside the outputs of one folder: {@code
 * .stoker/TASK/ATTEMPT/NAME}. RENAME has no condition, so the fence is the name that it renames
 * from: whoever carries out a manifest takes the other attempts' folders away first, and a late
 * RENAME finds nothing.
 *
 * @param folder the real folder that holds the outputs
 * @param steps what changes the file system
 */
record StagingArea(Path folder, FileSteps steps) {
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

  Path resolve(String stagedName) {
    return folder.resolve(stagedName);
  }

  /** Makes the attempt's folder, level by level, and gives what {@code inside} made in it. */
  <T> T inAttemptFolder(Fence fence, Inside<T> inside) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        Path hidden = made(folder, HIDDEN);
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
    for (Path file : entries(attemptFolder(fence))) {
      String name = file.getFileName().toString();
      if (name.startsWith(namePrefix) && !newest.endsWith(name)) {
        steps.remove(file);
      }
    }
  }

  /**
   * Takes all other attempts' folders away and empties them. Emptying matters beside renaming: an
   * NFS client renames relative to a folder's handle, which follows the folder wherever it goes.
   */
  void shutOutOthers(Fence fence, RandomGenerator random) throws IOException {
    Path hidden = folder.resolve(HIDDEN);
    Path task = hidden.resolve(fence.task());
    for (Path attempt : entries(task)) {
      if (!attempt.getFileName().toString().equals(String.valueOf(fence.attempt()))) {
        takeAway(attempt, fence, random);
      }
    }
    for (Path away : entries(hidden.resolve(AWAY))) {
      if (away.getFileName().toString().startsWith(fence.task() + "-")) {
        for (Path file : entries(away)) {
          steps.remove(file);
        }
        steps.remove(away);
      }
    }
  }

  private void takeAway(Path attempt, Fence fence, RandomGenerator random) throws IOException {
    Path hidden = folder.resolve(HIDDEN);
    String name =
        fence.task()
            + "-"
            + attempt.getFileName()
            + "-"
            + HexFormat.of().toHexDigits(random.nextInt());
    for (int tries = 1; Files.exists(attempt, LinkOption.NOFOLLOW_LINKS); tries++) {
      try {
        steps.rename(attempt, made(hidden, AWAY).resolve(name));
        steps.syncFolder(hidden.resolve(fence.task()));
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
    Path hidden = folder.resolve(HIDDEN);
    Path task = hidden.resolve(fence.task());
    steps.remove(attemptFolder(fence));
    steps.remove(task);
    steps.remove(hidden.resolve(AWAY));
    steps.remove(hidden);
  }

  void syncAttemptFolder(Fence fence) throws IOException {
    steps.syncFolder(attemptFolder(fence));
  }

  private Path attemptFolder(Fence fence) {
    return folder.resolve(HIDDEN).resolve(fence.task()).resolve(String.valueOf(fence.attempt()));
  }

  private Path made(Path parent, String name) throws IOException {
    Path child = parent.resolve(name);
    try {
      steps.makeFolder(child);
      steps.syncFolder(parent);
    } catch (FileAlreadyExistsException e) {
      if (!Files.exists(child, LinkOption.NOFOLLOW_LINKS)) {
        throw new NoSuchFileException(child.toString());
      }
      if (!Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
        throw new IoFailure.Denied(
            "Cannot stage in " + child + ": it is a link or a file; remove it.");
      }
    }
    return child;
  }

  private static List<Path> entries(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      // Tidied away between the look and the listing.
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return entries;
  }

  /** Something made in the attempt's folder. */
  interface Inside<T> {
    T make(Path attemptFolder) throws IOException;
  }
}
