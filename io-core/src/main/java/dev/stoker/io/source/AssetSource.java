package dev.stoker.io.source;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One tree at one origin: tells what is there, and reads ranges of pinned versions. One call is one
 * try; whoever needs retries, priorities or hedging asks the fetch engine.
 *
 * <p>Thread-safe.
 */
public interface AssetSource extends AutoCloseable {

  /**
   * What lies at {@code path} now.
   *
   * @throws IoFailure.NotFound when there is no file there (a folder is no file)
   */
  AssetInfo stat(AssetPath path, Deadline deadline);

  /**
   * Tells {@code each} of every file at or below {@code folder}, in no promised order, as the
   * listing comes in.
   *
   * @throws IoFailure.NotFound when there is neither a file nor a folder
   */
  void list(AssetPath folder, Deadline deadline, Consumer<AssetInfo> each);

  /**
   * Lists for a reader that takes some files whole at once: where telling a file's version would
   * cost a request of its own, and {@code takenWhole} accepts the path, it may be told as {@link
   * dev.stoker.io.asset.AssetVersion.AsRead}.
   */
  default void list(
      AssetPath folder,
      Deadline deadline,
      Predicate<AssetPath> takenWhole,
      Consumer<AssetInfo> each) {
    list(folder, deadline, each);
  }

  /**
   * Tells {@code each} of every file and folder directly in {@code folder}, each once. By default
   * all that lies below is listed for it; origins that can list one level do.
   *
   * @throws IoFailure.NotFound when there is no such folder
   */
  default void listFolder(AssetPath folder, Deadline deadline, Consumer<FolderItem> each) {
    Set<String> folders = new HashSet<>();
    list(
        folder,
        deadline,
        info -> {
          if (info.path().equals(folder)) {
            throw new IoFailure.NotFound("Cannot list " + folder + ": it is a file.");
          }
          String below = info.path().relativeTo(folder).value();
          int slash = below.indexOf('/');
          if (slash < 0) {
            each.accept(new FolderItem(below, false, info));
          } else if (folders.add(below.substring(0, slash))) {
            each.accept(new FolderItem(below.substring(0, slash), true, null));
          }
        });
  }

  /**
   * Asks the origin for a sign of life with one small request; a refusal is one, too.
   *
   * @throws IoFailure.Unavailable when it answers that it is broken, or cannot be reached
   * @throws IoFailure.TimedOut when it does not answer in time
   */
  default void ping(Deadline deadline) {
    try {
      var _ = stat(AssetPath.ROOT, deadline);
    } catch (IoFailure.NotFound
        | IoFailure.Denied
        | IoFailure.Invalid
        | IoFailure.Changed
        | IoFailure.Corrupt answered) {
      // Whether what it says suits anybody is for those to find out who want something of it.
    }
  }

  /**
   * Reads {@code range} of the pinned version into {@code into}, from its position on, which
   * advances by the range's length. The buffer is direct and the source's alone until the future
   * ends, however it ends; canceling the future asks the source to let go early.
   *
   * <p>The future fails with {@link IoFailure.Changed} when the origin holds another version by
   * now, and never completes with bytes of another version or fewer bytes than asked for.
   */
  CompletableFuture<Void> read(
      AssetInfo pinned, ByteRange range, ByteBuffer into, Deadline deadline);

  /**
   * The same, for a reader that takes bytes as they come. A source that knows of the version before
   * the bytes come tells {@code arrivals} now and then how many are there from the start of the
   * range: these are the pinned version's and stay as they are, even when the read fails later. By
   * default nothing is told before the end.
   *
   * <p>Where the source has a {@link #window}, {@code into} may be as long as that and shorter than
   * the range: it is a ring, filled from its position on and again from there when it is full. What
   * {@code arrivals} was told of, in steps that do not reach around the ring's end, may change once
   * it has returned from the call that completed a step. Where {@code arrivals} has a splice
   * target, {@link Arrivals#spliceTarget} says what changes.
   */
  default CompletableFuture<Void> read(
      AssetInfo pinned, ByteRange range, ByteBuffer into, Deadline deadline, Arrivals arrivals) {
    return read(pinned, range, into, deadline);
  }

  /**
   * The buffer that a longer range may be read through, where its bytes are told of in order and
   * are known to be the pinned version's by then; null where there is no such way.
   */
  default @Nullable StreamWindow window() {
    return null;
  }

  /**
   * Which origin's limits this source falls under, as {@link
   * dev.stoker.io.asset.AssetUri#origin()}.
   */
  String origin();

  @Override
  void close();
}
