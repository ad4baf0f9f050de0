package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** One kind of destination. Thread-safe. */
interface PushTarget extends AutoCloseable {

  /** Everything below the destination. */
  Map<AssetPath, Existing> list(Deadline deadline);

  /** What has this one name, or null. */
  @Nullable Existing find(AssetPath path, Deadline deadline);

  /**
   * Writes {@code file} and the mtime that it has. Not visible in part.
   *
   * @param condition what may be there; else {@link dev.stoker.io.asset.IoFailure.Fenced}
   * @param look mode and owner, where the destination keeps them; null for its own
   * @param sent told of each part that the destination has taken, in bytes
   * @return what is there now
   */
  AssetVersion write(
      LocalFile file,
      WriteCondition condition,
      @Nullable FileLook look,
      Deadline deadline,
      LongConsumer sent);

  /** Whether what the destination holds has the file's bytes; reads both. */
  boolean holdsBytesOf(LocalFile file, Existing existing, Deadline deadline);

  @Override
  void close();
}
