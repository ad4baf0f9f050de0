package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file system that outputs are written to. Whatever it is, it fails with the exceptions of {@code
 * java.nio.file}, by which callers tell a name that is taken from one that is gone. Paths are below
 * its top and lead through no link, but for {@link #real}. Thread-safe.
 */
interface OutputTree {

  /**
   * What has a name.
   *
   * @param isFile whether it is a regular file, links not followed
   */
  record Entry(AssetVersion.FileStamp stamp, boolean isFile, boolean isFolder) {}

  /** The path as people know it. */
  String show(AssetPath path);

  /** What has this name, links not followed; null when nothing has it. */
  @Nullable Entry look(AssetPath path) throws IOException;

  /** Where a folder really is, links followed. */
  AssetPath real(AssetPath folder) throws IOException;

  /** The names in a folder; none when it is not there or no folder. */
  List<String> names(AssetPath folder) throws IOException;

  /** {@code xxh64:…} of a regular file's bytes. */
  String checksum(AssetPath file, AssetVersion.FileStamp stamp) throws IOException;

  /**
   * Makes a new file of what {@code source} holds and has it on stable storage.
   *
   * @return {@code xxh64:…} of the bytes
   * @throws dev.stoker.io.asset.IoFailure.TimedOut at the deadline
   */
  String write(AssetPath newFile, OpenOutput source, Deadline deadline) throws IOException;

  /** Creates one folder level; fails when the name exists. */
  void makeFolder(AssetPath folder) throws IOException;

  /** LINK: gives {@code existing} a second name, which must be new. */
  void link(AssetPath existing, AssetPath name) throws IOException;

  /** RENAME within the file system, replacing what has the name. */
  void rename(AssetPath from, AssetPath to) throws IOException;

  /** Removes a file, a link or an empty folder; leaves a folder that is not empty or not there. */
  void remove(AssetPath path) throws IOException;

  /** Makes names created or removed in {@code folder} survive a power cut. */
  void syncFolder(AssetPath folder) throws IOException;
}
