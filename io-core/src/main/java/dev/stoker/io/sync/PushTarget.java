package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetPath;
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
   * @param mayReplace whether something of the name may be there; else {@link
   *     dev.stoker.io.asset.IoFailure.Fenced} when there is
   * @param sent told of each part that the destination has taken, in bytes
   */
  void write(LocalFile file, boolean mayReplace, Deadline deadline, LongConsumer sent);

  /** Whether what the destination holds has the file's bytes; reads both. */
  boolean holdsBytesOf(LocalFile file, Existing existing, Deadline deadline);

  @Override
  void close();
}
