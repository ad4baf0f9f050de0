package dev.stoker.io.daemon;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.daemon.PrefetchPlan.Declared;
import dev.stoker.io.mount.AssetTreeOptions;
import dev.stoker.io.mount.SessionRoot;
import dev.stoker.io.prefetch.AccessTrace;
import dev.stoker.io.prefetch.TraceForm;
import dev.stoker.io.prefetch.WantedFiles;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.SourceOpener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What one request for a session's folder declares, as it is at its origins: asks them for no more
 * than names and versions. Used by one thread; sources call back from several.
 */
final class RootInputs {
  private static final System.Logger LOG = System.getLogger(RootInputs.class.getName());

  private static final AccessTrace NO_TRACE = new AccessTrace(List.of(), List.of(), false);

  private final BlockCache cache;
  private final SourceOpener sources;
  private final long aheadBytes;
  private final RootRequest request;
  private final SessionRoot folder;
  private final AccessTrace trace;
  private final ConcurrentLinkedQueue<Declared> declared = new ConcurrentLinkedQueue<>();
  private final Map<String, CachedAsset> found = new ConcurrentHashMap<>();

  /**
   * @param aheadBytes most that is on its way ahead of one location's readers
   */
  RootInputs(
      BlockCache cache,
      SourceOpener sources,
      long aheadBytes,
      RootRequest request,
      SessionRoot folder) {
    this.cache = cache;
    this.sources = sources;
    this.aheadBytes = aheadBytes;
    this.request = request;
    this.folder = folder;
    this.trace = readable(request.trace());
  }

  private static AccessTrace readable(@Nullable String packed) {
    try {
      return packed == null ? NO_TRACE : TraceForm.unpack(packed);
    } catch (IoFailure.Invalid e) {
      LOG.log(System.Logger.Level.INFO, "{0} Going on without it.", e.getMessage());
      return NO_TRACE;
    }
  }

  /**
   * Makes the locations and finds their declared files.
   *
   * @throws IoFailure naming the file that cannot be had
   */
  void find(Deadline deadline) {
    for (RootRequest.Location location : request.locations()) {
      AssetUri uri = AssetUri.parse(location.uri());
      if (!folder.locations().contains(location.name())) {
        folder.add(location.name(), cache, uri, sources.open(uri, request.project()), options());
      }
      if (!location.declared().isEmpty()) {
        List<String> include = location.declared().contains("") ? List.of() : location.declared();
        try (AssetSource source = sources.open(uri, request.project())) {
          new WantedFiles(uri, source)
              .list(include, deadline, info -> declare(location, include, info));
        }
      }
      findTraced(location, uri, deadline);
    }
  }

  private void declare(RootRequest.Location location, List<String> include, AssetInfo info) {
    if (info.path().isRoot()) {
      throw new IoFailure.Invalid(
          "The location %s is the file %s; name the folder that holds it."
              .formatted(location.name(), location.uri()));
    }
    CachedAsset asset = folder.keepDeclared(location.name(), info);
    if (info.version().cacheable()) {
      declared.add(new Declared(asset, include.contains(info.path().value())));
      found.put(location.name() + "/" + info.path(), asset);
    }
  }

  /** Files that another session found by opening them: who asks for one that is gone is told. */
  private void findTraced(RootRequest.Location location, AssetUri uri, Deadline deadline) {
    List<String> more =
        trace.files().stream()
            .filter(file -> file.location().equals(location.name()))
            .filter(file -> !found.containsKey(PrefetchPlan.name(file)))
            .map(AccessTrace.UsedFile::path)
            .toList();
    if (more.isEmpty()) {
      return;
    }
    try (AssetSource source = sources.open(uri, request.project())) {
      new WantedFiles(uri, source)
          .list(
              more,
              deadline,
              info -> {
                CachedAsset asset = folder.keep(location.name(), info);
                if (info.version().cacheable()) {
                  found.put(location.name() + "/" + info.path(), asset);
                }
              },
              failure -> {});
    }
  }

  private AssetTreeOptions options() {
    return new AssetTreeOptions(
        request.project(),
        request.uid(),
        request.gid(),
        0444,
        0555,
        AssetTreeOptions.DEFAULT_NAME_TIMEOUT,
        AssetTreeOptions.DEFAULT_READ_AHEAD_BYTES,
        aheadBytes);
  }

  /** What is to be brought, in which order. */
  PrefetchPlan plan() {
    return PrefetchPlan.of(trace, traced(), List.copyOf(declared));
  }

  /** Of the trace's files, those that are still what they were. */
  private Map<String, CachedAsset> traced() {
    Map<String, CachedAsset> same = new ConcurrentHashMap<>();
    for (AccessTrace.UsedFile file : trace.files()) {
      CachedAsset asset = found.get(PrefetchPlan.name(file));
      if (asset != null && PrefetchPlan.isSame(file, asset.asset().info())) {
        same.put(PrefetchPlan.name(file), asset);
      }
    }
    return same;
  }

  /** How much was declared; nothing of it is here yet, as far as this knows. */
  StageProgress known() {
    long bytes = declared.stream().mapToLong(one -> one.asset().lengthBytes()).sum();
    return new StageProgress(declared.size(), declared.size(), bytes, 0, 0, 0);
  }
}
