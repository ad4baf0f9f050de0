package dev.stoker.io.daemon;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.asset.Reader;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.FillProgress;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.prefetch.BoundedWork;
import dev.stoker.io.prefetch.WantedFiles;
import dev.stoker.io.prefetch.WantedUri;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.SourceOpener;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** One request to bring files into the cache before anybody wants them. Runs once. */
final class Warming {
  /** As when staging: small files need many, to fill a link of 30 ms. */
  private static final int FILES_AT_ONCE = 128;

  private static final int MOST_FAILURES = 100;

  private final BlockCache cache;
  private final SourceOpener sources;
  private final WarmRequest request;
  private final LongAdder files = new LongAdder();
  private final LongAdder filesDone = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder originBytes = new LongAdder();
  private final LongAdder cachedBytes = new LongAdder();

  /** Two patterns may name one file. */
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  private final Queue<String> failures = new ConcurrentLinkedQueue<>();

  Warming(BlockCache cache, SourceOpener sources, WarmRequest request) {
    this.cache = cache;
    this.sources = sources;
    this.request = request;
  }

  TransferReport run(Deadline deadline, Consumer<StageProgress> progress) {
    Map<AssetUri, List<String>> byTree = byTree();
    BoundedWork.<PinnedAsset>run(
        "warm the cache",
        FILES_AT_ONCE,
        found -> byTree.forEach((tree, include) -> list(tree, include, deadline, found)),
        asset -> bring(asset, deadline),
        deadline,
        () -> progress.accept(progress()));
    progress.accept(progress());
    return new TransferReport(
        files.sum(),
        filesDone.sum(),
        0,
        bytes.sum(),
        originBytes.sum(),
        cachedBytes.sum(),
        List.copyOf(failures));
  }

  /** Lines of one folder become one set of questions; an empty list means all of the tree. */
  private Map<AssetUri, List<String>> byTree() {
    Map<AssetUri, List<String>> trees = new LinkedHashMap<>();
    List<AssetUri> whole = new ArrayList<>();
    for (String text : request.uris()) {
      WantedUri wanted = WantedUri.parse(text);
      List<String> include = trees.computeIfAbsent(wanted.tree(), tree -> new ArrayList<>());
      if (wanted.include().isEmpty()) {
        whole.add(wanted.tree());
      } else {
        include.add(wanted.include());
      }
    }
    whole.forEach(tree -> trees.put(tree, List.of()));
    return trees;
  }

  private void list(
      AssetUri tree, List<String> include, Deadline deadline, Consumer<PinnedAsset> found) {
    Consumer<AssetInfo> each =
        info -> {
          PinnedAsset asset = new PinnedAsset(tree, info, new Reader(request.project(), "warm"));
          if (known.add(asset.identity())) {
            files.increment();
            bytes.add(info.lengthBytes());
            found.accept(asset);
          }
        };
    try (AssetSource source = sources.open(tree, request.project())) {
      new WantedFiles(tree, source).list(include, deadline, each, this::failed);
    } catch (IoFailure.Canceled e) {
      throw e;
    } catch (IoFailure e) {
      failed(e);
    }
  }

  private void bring(PinnedAsset asset, Deadline deadline) {
    try {
      if (asset.info().version().cacheable()) {
        cache.grant(request.project(), asset); // listed with the project's own credentials
      }
      cache
          .open(asset, request.project(), deadline)
          .complete(
              Priority.PREFETCH,
              deadline,
              new FillProgress() {
                @Override
                public void present(long more) {
                  cachedBytes.add(more);
                }

                @Override
                public void arrived(long more) {
                  originBytes.add(more);
                }
              });
      filesDone.increment();
    } catch (IoFailure.Canceled e) {
      throw e;
    } catch (IoFailure e) {
      if (deadline.hasPassed()) {
        throw e;
      }
      failed(e);
    }
  }

  private void failed(IoFailure failure) {
    if (failures.size() < MOST_FAILURES) {
      failures.add(failure.getMessage());
    }
  }

  private StageProgress progress() {
    return new StageProgress(
        files.sum(),
        filesDone.sum(),
        bytes.sum(),
        Math.min(bytes.sum(), originBytes.sum() + cachedBytes.sum()),
        originBytes.sum(),
        cachedBytes.sum());
  }
}
