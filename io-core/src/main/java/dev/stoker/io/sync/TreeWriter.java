package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tree at an origin, changed name by name. Each change names the version that it is about, and is
 * refused with {@link dev.stoker.io.asset.IoFailure.Fenced} where the origin holds another one by
 * now. All calls block; thread-safe.
 */
public interface TreeWriter extends AutoCloseable {

  /** Whether it keeps mode, owner, and times that are set on a file that is there. */
  boolean keepsLooks();

  /** Whether a folder stays when the last file goes that lies in it. */
  boolean keepsEmptyFolders();

  /** Whether it has symbolic links. */
  boolean hasLinks();

  /**
   * What lies directly in a folder.
   *
   * @throws dev.stoker.io.asset.IoFailure.NotFound when there is no such folder
   */
  List<TreeItem> list(AssetPath folder, Deadline deadline);

  /**
   * Writes a whole file, not visible in part; makes the folders above it where they are missing.
   *
   * @param content a local file that does not change meanwhile; its mtime goes along
   * @param look null where what the origin gives new files will do
   * @return what is there now
   */
  AssetVersion write(
      AssetPath path,
      Path content,
      WriteCondition condition,
      @Nullable FileLook look,
      Deadline deadline);

  /** Whether the file there has the bytes of that local file; reads both. */
  @Nullable AssetVersion versionIfEqual(AssetPath path, Path content, Deadline deadline);

  /** Removes a file or link; nothing of that name is no failure. */
  void remove(AssetPath path, AssetVersion version, Deadline deadline);

  /**
   * Renames a file or link.
   *
   * @param replaced what may be at {@code to}
   * @return what is there now
   */
  AssetVersion rename(
      AssetPath from,
      AssetVersion version,
      AssetPath to,
      WriteCondition replaced,
      Deadline deadline);

  /** Makes a folder; one that is there is no failure. */
  void makeFolder(AssetPath folder, @Nullable FileLook look, Deadline deadline);

  /**
   * Removes an empty folder; one that is not there is no failure.
   *
   * @return false when it is not empty
   */
  boolean removeFolder(AssetPath folder, Deadline deadline);

  /**
   * Renames a folder and all that lies in it; nothing, or an empty folder, lies at {@code to}.
   *
   * @return versions of files, by their path below {@code to}, that are others now
   */
  Map<AssetPath, AssetVersion> renameFolder(AssetPath from, AssetPath to, Deadline deadline);

  /**
   * Makes a symbolic link.
   *
   * @return what is there now
   */
  AssetVersion makeLink(AssetPath path, String target, Deadline deadline);

  /**
   * Changes how a file or folder looks, where {@link #keepsLooks}.
   *
   * @param version of a file; null for a folder
   * @param modified null to leave it
   * @return what is there now; null for a folder
   */
  @Nullable AssetVersion change(
      AssetPath path,
      @Nullable AssetVersion version,
      @Nullable FileLook look,
      @Nullable Instant modified,
      Deadline deadline);

  @Override
  void close();
}
