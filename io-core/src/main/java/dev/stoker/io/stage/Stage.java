package dev.stoker.io.stage;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.cache.DamagedFile;
import dev.stoker.io.cache.PlacedFile;
import dev.stoker.io.posix.FileStatus;
import dev.stoker.io.posix.FolderHandle;
import dev.stoker.io.posix.PosixException;
import dev.stoker.io.posix.PosixFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What lies below one session's folder. Files are placed from many threads at once; {@link #lock}
 * keeps whole requests on one stage apart.
 */
final class Stage {
  private static final System.Logger LOG = System.getLogger(Stage.class.getName());

  /** The renderer's user may look into folders but not change them. */
  private static final int FOLDER_MODE = 0755;

  final ReentrantLock lock = new ReentrantLock();
  final String id;
  final Path folder;

  /** Folders made below it; changed under {@link #lock}. */
  final Set<String> trees = new CopyOnWriteArraySet<>();

  /** Whose it is, where it was given to somebody; changed under {@link #lock}. */
  @Nullable StageOwner given;

  private final Map<Spot, Placed> placed = new ConcurrentHashMap<>();
  private final Map<String, String> spellings = new ConcurrentHashMap<>();

  /** A place in a tree. */
  record Spot(String tree, AssetPath path) {
    @Override
    public String toString() {
      return tree + "/" + path;
    }
  }

  private record Placed(String identity, @Nullable PlacedFile file) {}

  /** Lays a file into a folder under a name. */
  @FunctionalInterface
  interface Laying {
    /** Gives null for a file that the cache does not hold. */
    @Nullable PlacedFile into(FolderHandle folder, String name) throws IOException;
  }

  /** Whether an earlier process laid it out, so that this one does not know its files. */
  private final boolean isTakenOver;

  Stage(String id, Path folder) {
    this(id, folder, false);
  }

  Stage(String id, Path folder, boolean isTakenOver) {
    this.id = id;
    this.folder = folder;
    this.isTakenOver = isTakenOver;
  }

  /** Owner of this stage's pins in the cache. */
  String pinOwner() {
    return "stage " + id;
  }

  /** Lays one version of a file at a spot, unless it lies there already. */
  void lay(Spot spot, String identity, Laying laying) throws IOException {
    Placed before = placed.get(spot);
    if (before != null && before.identity().equals(identity)) {
      return;
    }
    reportTwin(spot);
    try (FolderHandle parent = makeParent(spot)) {
      String name = spot.path().name();
      if (before != null) {
        withdraw(before, parent, name);
        placed.remove(spot);
      }
      placed.put(spot, new Placed(identity, laying.into(parent, name)));
    }
  }

  /**
   * Two names that differ only in how Unicode composes them are two files here, but one on the
   * artist's machine; whoever wonders which texture was taken finds this line.
   */
  private void reportTwin(Spot spot) {
    String name = spot.toString();
    String composed = Normalizer.normalize(name, Normalizer.Form.NFC);
    String twin = spellings.putIfAbsent(composed, name);
    if (twin != null && !twin.equals(name)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Stage {0} holds two files whose names differ only in their Unicode form: {1} and {2}.",
          id,
          escaped(twin),
          escaped(name));
    }
  }

  /**
   * Takes every file away.
   *
   * @return spots of those that somebody changed
   */
  List<String> withdrawAll() throws IOException {
    List<String> changed = new ArrayList<>();
    for (Map.Entry<Spot, Placed> entry : Map.copyOf(placed).entrySet()) {
      Spot spot = entry.getKey();
      try (FolderHandle parent = parent(spot)) {
        if (!withdraw(entry.getValue(), parent, spot.path().name())) {
          changed.add(spot.toString());
        }
      } catch (PosixException e) {
        switch (e.errno()) {
          // The folder was removed, or something else stands in its place: the renderer's user may.
          case ENOENT, ENOTDIR, ELOOP -> changed.add(spot.toString());
          default -> throw e;
        }
      }
      placed.remove(spot);
    }
    return changed;
  }

  /** A file that lies here, or lay here when an earlier process made this stage. */
  boolean holds(DamagedFile file) throws IOException {
    for (Placed each : placed.values()) {
      if (each.file() != null && each.identity().equals(file.identity())) {
        return true;
      }
    }
    return isTakenOver && file.inode() != 0 && hasLinkTo(file);
  }

  /** Looks at every file: what an earlier process placed is known by its inode alone. */
  private boolean hasLinkTo(DamagedFile file) throws IOException {
    for (String tree : trees) {
      try (Stream<Path> all = Files.walk(folder.resolve(tree))) {
        for (Path path : (Iterable<Path>) all::iterator) {
          FileStatus status = PosixFiles.status(path);
          if (status.inode() == file.inode() && status.device() == file.device()) {
            return true;
          }
        }
      } catch (NoSuchFileException | UncheckedIOException e) {
        // Somebody takes it away meanwhile.
      }
    }
    return false;
  }

  private static boolean withdraw(Placed placed, FolderHandle parent, String name)
      throws IOException {
    if (placed.file() == null) {
      parent.removeFile(name);
      return true;
    }
    return placed.file().withdraw(parent, name);
  }

  private FolderHandle makeParent(Spot spot) throws PosixException {
    FolderHandle at = FolderHandle.open(folder);
    for (String segment : segments(spot)) {
      try (FolderHandle above = at) {
        at = above.makeChild(segment, FOLDER_MODE);
      }
    }
    return at;
  }

  private FolderHandle parent(Spot spot) throws PosixException {
    FolderHandle at = FolderHandle.open(folder);
    for (String segment : segments(spot)) {
      try (FolderHandle above = at) {
        at = above.child(segment);
      }
    }
    return at;
  }

  private static List<String> segments(Spot spot) {
    List<String> segments = new ArrayList<>();
    segments.add(spot.tree());
    AssetPath parent = spot.path().parent();
    if (!parent.isRoot()) {
      segments.addAll(List.of(parent.value().split("/", -1)));
    }
    return segments;
  }

  private static String escaped(String name) {
    StringBuilder out = new StringBuilder();
    name.chars()
        .forEach(
            c -> out.append(c < 0x7f && c >= 0x20 ? "" + (char) c : String.format("\\u%04x", c)));
    return out.toString();
  }
}
