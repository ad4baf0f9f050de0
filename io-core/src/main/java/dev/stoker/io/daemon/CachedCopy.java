package dev.stoker.io.daemon;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.prefetch.BoundedWork;
import dev.stoker.io.source.SourceOpener;
import dev.stoker.io.sync.TreeFetch;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** One copy of files and trees to a folder, by way of the cache. Runs once. */
final class CachedCopy {
  private final CachedRanges ranges;
  private final CopyRequest request;
  private final TreeFetch fetch;

  CachedCopy(CachedRanges ranges, SourceOpener sources, CopyRequest request) {
    this.ranges = ranges;
    this.request = request;
    TreeFetch.Options usual = TreeFetch.Options.DEFAULT;
    this.fetch =
        new TreeFetch(
            ranges,
            tree -> sources.open(tree, request.project()),
            new TreeFetch.Options(request.durable(), usual.verifyMd5(), usual.directWrites()));
  }

  TransferReport run(Deadline deadline, Consumer<StageProgress> progress) {
    Path destination = Path.of(request.destination());
    if (!destination.isAbsolute()) {
      throw new IoFailure.Invalid(
          "Cannot copy to '" + destination + "': name an absolute path to the I/O process.");
    }
    List<AssetUri> origins = request.uris().stream().map(AssetUri::parse).toList();
    BoundedWork.<List<AssetUri>>run(
        "copy from the cache",
        1,
        found -> found.accept(origins),
        all -> fetch.copy(all, destination, deadline),
        deadline,
        () -> progress.accept(progress()));
    StageProgress end = progress();
    progress.accept(end);
    return new TransferReport(
        end.filesTotal(),
        fetch.progress().filesDone(),
        fetch.progress().filesUnchanged(),
        end.bytesTotal(),
        end.originBytes(),
        end.cachedBytes(),
        fetch.progress().failures().stream().map(IoFailure::getMessage).toList());
  }

  private StageProgress progress() {
    TreeFetch.Progress now = fetch.progress();
    long origin = Math.min(now.bytesDone(), ranges.originBytes());
    return new StageProgress(
        now.files(),
        now.filesDone() + now.filesUnchanged(),
        now.bytes(),
        now.bytesDone(),
        origin,
        now.bytesDone() - origin);
  }
}
