package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.fetch.RangeFetcher;
import dev.stoker.io.source.AssetSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Copies files and trees from origins into a folder, as {@code cp} has it: a file to {@code DEST},
 * or into it where it is a folder; a tree's contents below {@code DEST}. What is unchanged is left
 * alone, what was begun is gone on with, and nothing but the files stays in {@code DEST}.
 *
 * <p>One instance copies once; {@link #progress()} may be asked by another thread meanwhile.
 */
public final class TreeFetch {
  /** Hides the round trips of small files; large ones are cut up by the engine anyway. */
  private static final int FILES_IN_FLIGHT = 128;

  /** Places that are taken at once when all are taken: one wait for so many small files. */
  private static final int FILES_AT_ONCE = 32;

  private static final int MAX_FAILURES_TOLD = 100;

  /**
   * How to copy.
   *
   * @param durable whether every file is synced to the disk before it gets its name
   * @param verifyMd5 whether content is compared with an MD5 that the origin stores
   * @param directWrites whether large files are written past the page cache where possible
   */
  public record Options(boolean durable, boolean verifyMd5, boolean directWrites) {
    public static final Options DEFAULT = new Options(false, true, true);
  }

  /**
   * How far it is.
   *
   * @param files seen so far
   * @param filesDone copied
   * @param filesUnchanged left alone
   * @param bytes of all files seen that have to be copied
   * @param bytesDone copied, or there from an earlier try
   * @param listed whether all files have been seen
   * @param failures one sentence each, the first hundred
   */
  public record Progress(
      long files,
      long filesDone,
      long filesUnchanged,
      long bytes,
      long bytesDone,
      boolean listed,
      List<IoFailure> failures) {}

  /** What the copying threads count. */
  static final class Tally {
    final LongAdder files = new LongAdder();
    final LongAdder filesDone = new LongAdder();
    final LongAdder filesUnchanged = new LongAdder();
    final LongAdder bytesWanted = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LongAdder bytesSpliced = new LongAdder();
    final Queue<IoFailure> failures = new ConcurrentLinkedQueue<>();
  }

  private final RangeFetcher fetcher;
  private final Function<AssetUri, AssetSource> sources;
  private final Options options;
  private final Tally tally = new Tally();
  private final WriteWay way = new WriteWay();
  private final Semaphore inFlight = new Semaphore(FILES_IN_FLIGHT);
  private final Set<Path> folders = new HashSet<>();

  /** Places taken ahead; the copying thread's. */
  private int placesAhead;

  private volatile boolean listed;

  public TreeFetch(RangeFetcher fetcher, Function<AssetUri, AssetSource> sources, Options options) {
    this.fetcher = fetcher;
    this.sources = sources;
    this.options = options;
  }

  /**
   * Copies all of {@code origins}; returns when every file is done, unchanged or failed. A file
   * that fails does not keep the others from being copied.
   *
   * @throws IoFailure when an origin cannot be looked up or listed, or a folder cannot be made
   */
  public Progress copy(List<AssetUri> origins, Path destination, Deadline deadline) {
    try (LocalLooks looks = new LocalLooks(destination)) {
      return copy(origins, destination, looks, deadline);
    }
  }

  /**
   * The same.
   *
   * @param looks below {@code destination}, perhaps begun before the origins can be asked
   */
  public Progress copy(
      List<AssetUri> origins, Path destination, LocalLooks looks, Deadline deadline) {
    boolean intoFolder =
        origins.size() > 1 || Files.isDirectory(destination) || origins.getFirst().namesTree();
    try {
      for (AssetUri origin : origins) {
        copy(origin, destination, intoFolder, looks, deadline);
      }
      listed = true;
    } finally {
      awaitAll(deadline);
    }
    return progress();
  }

  private void copy(
      AssetUri origin, Path destination, boolean intoFolder, LocalLooks looks, Deadline deadline) {
    try (AssetSource source = sources.apply(origin)) {
      if (!origin.namesTree()) {
        AssetInfo file = statOrNull(source, deadline);
        if (file != null) {
          Path target = intoFolder ? destination.resolve(origin.path().name()) : destination;
          add(new PinnedAsset(origin, file), target, LocalLook.at(target), deadline);
          return;
        }
      }
      looks.begin();
      makeFolder(destination);
      source.list(
          AssetPath.ROOT,
          deadline,
          path -> looks.isAbsent(destination.resolve(path.value())),
          info -> {
            Path target =
                destination.resolve(
                    info.path().isRoot() ? origin.path().name() : info.path().value());
            add(new PinnedAsset(origin, info), target, looks.take(target), deadline);
          });
    }
  }

  private static @Nullable AssetInfo statOrNull(AssetSource source, Deadline deadline) {
    try {
      return source.stat(AssetPath.ROOT, deadline);
    } catch (IoFailure.NotFound perhapsATree) {
      return null;
    }
  }

  private void add(PinnedAsset asset, Path target, @Nullable LocalLook there, Deadline deadline) {
    tally.files.increment();
    AssetInfo info = asset.info();
    if (!(info.version() instanceof AssetVersion.AsRead) && there != null && there.is(info)) {
      tally.filesUnchanged.increment();
      return;
    }
    tally.bytesWanted.add(info.lengthBytes());
    Path parent = target.toAbsolutePath().getParent();
    if (parent != null) {
      makeFolder(parent);
    }
    acquire(deadline);
    start(asset, target, deadline);
  }

  private void start(PinnedAsset asset, Path target, Deadline deadline) {
    var _ =
        new Download(asset, target, options, tally, way)
            .start(fetcher, deadline)
            .whenComplete(
                (nothing, failure) -> {
                  if (failure == null) {
                    tally.filesDone.increment();
                    inFlight.release();
                  } else if (asset.info().version() instanceof AssetVersion.AsRead
                      && cause(failure) instanceof IoFailure.Changed) {
                    // The listing told another length; its numbers may be rounded.
                    Thread.ofVirtual()
                        .name("stoker-look-up")
                        .start(() -> pinAndStart(asset, target, deadline));
                  } else {
                    failed(target, failure);
                    inFlight.release();
                  }
                });
  }

  private void pinAndStart(PinnedAsset asset, Path target, Deadline deadline) {
    AssetInfo info;
    try (AssetSource source = sources.apply(asset.tree())) {
      info = source.stat(asset.info().path(), deadline);
    } catch (IoFailure failure) {
      failed(target, failure);
      inFlight.release();
      return;
    }
    tally.bytesWanted.add(info.lengthBytes() - asset.info().lengthBytes());
    start(new PinnedAsset(asset.tree(), info), target, deadline);
  }

  private static Throwable cause(Throwable failure) {
    return failure.getCause() instanceof IoFailure known ? known : failure;
  }

  private void failed(Path target, Throwable failure) {
    Throwable cause = cause(failure);
    if (tally.failures.size() < MAX_FAILURES_TOLD) {
      tally.failures.add(
          cause instanceof IoFailure known
              ? known
              : new IoFailure.Disk("Cannot write " + target + ": " + cause + ".", cause));
    }
  }

  private void makeFolder(Path folder) {
    if (folders.add(folder)) {
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw new IoFailure.Disk("Cannot make the folder " + folder + ": " + e + ".", e);
      }
    }
  }

  private void acquire(Deadline deadline) {
    if (placesAhead > 0) {
      placesAhead--;
      return;
    }
    if (inFlight.tryAcquire()) {
      return;
    }
    try {
      if (!inFlight.tryAcquire(
          FILES_AT_ONCE, deadline.remainingMillis() + 1, TimeUnit.MILLISECONDS)) {
        throw new IoFailure.TimedOut("Gave up copying at the deadline.");
      }
      placesAhead = FILES_AT_ONCE - 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Stopped copying, as was asked for.");
    }
  }

  /** Every download ends by the deadline; a moment more lets the last ones close their files. */
  private void awaitAll(Deadline deadline) {
    inFlight.release(placesAhead);
    placesAhead = 0;
    try {
      boolean _ =
          inFlight.tryAcquire(
              FILES_IN_FLIGHT, deadline.remainingMillis() + 5_000, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How much of what was copied never was in this process' memory. */
  long bytesSpliced() {
    return tally.bytesSpliced.sum();
  }

  /** How far it is; from any thread. */
  public Progress progress() {
    return new Progress(
        tally.files.sum(),
        tally.filesDone.sum(),
        tally.filesUnchanged.sum(),
        tally.bytesWanted.sum(),
        tally.bytes.sum(),
        listed,
        List.copyOf(tally.failures));
  }
}
