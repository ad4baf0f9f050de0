package dev.stoker.io.daemon;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.daemon.RootPrefetch.Part;
import dev.stoker.io.prefetch.AccessTrace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What to bring of a session's inputs, in which order: what the trace of an earlier session shows,
 * as that one read it, then what was declared. Pure.
 *
 * <p>A file that was declared by its own name is brought whole. Of a folder's files those up to
 * {@link #WHOLE_BYTES} are; of larger ones, libraries and caches of which a renderer takes some
 * parts, the first {@link #HEAD_BYTES}: the rest comes when it is read.
 */
final class PrefetchPlan {
  /** A texture of 8K in 16 bits is 30 MB packed; libraries and simulation caches are larger. */
  static final long WHOLE_BYTES = 64L << 20;

  /** A file's head tells a renderer where the rest is. */
  private static final long HEAD_BYTES = 1 << 20;

  /** Wanted before the renderer starts: what a second of a gigabit link brings in a tenth of it. */
  private static final long TRACE_HEAD_BYTES = 16L << 20;

  private final List<Part> parts = new ArrayList<>();
  private int headParts;

  private PrefetchPlan() {}

  /** A file that was declared. */
  record Declared(CachedAsset asset, boolean byName) {}

  static PrefetchPlan of(
      AccessTrace trace, Map<String, CachedAsset> traced, List<Declared> declared) {
    PrefetchPlan plan = new PrefetchPlan();
    plan.follow(trace, traced);
    plan.bring(declared, traced.keySet().isEmpty());
    return plan;
  }

  List<Part> parts() {
    return parts;
  }

  /** How many of them should be here before the renderer starts. */
  int headParts() {
    return headParts;
  }

  private void follow(AccessTrace trace, Map<String, CachedAsset> traced) {
    long bytes = 0;
    for (AccessTrace.Touch touch : trace.touches()) {
      AccessTrace.UsedFile file = trace.files().get(touch.file());
      CachedAsset asset = traced.get(name(file));
      if (asset == null) {
        continue;
      }
      long from = touch.grain() * AccessTrace.GRAIN_BYTES;
      long to = Math.min(asset.lengthBytes(), from + touch.grains() * AccessTrace.GRAIN_BYTES);
      if (from < to) {
        parts.add(new Part(asset, List.of(ByteRange.between(from, to))));
        bytes += to - from;
        headParts = bytes <= TRACE_HEAD_BYTES ? parts.size() : headParts;
      }
    }
    for (AccessTrace.UsedFile file : trace.files()) {
      CachedAsset asset = traced.get(name(file));
      if (asset != null && file.passed()) {
        add(asset, false);
      }
    }
  }

  /** Small ones first: there are many of them, and each costs its reader a round trip. */
  private void bring(List<Declared> declared, boolean unknown) {
    declared.stream()
        .filter(one -> unknown || one.asset().lengthBytes() <= WHOLE_BYTES)
        .sorted(Comparator.comparing((Declared one) -> !one.byName()))
        .forEach(one -> add(one.asset(), one.byName()));
  }

  private void add(CachedAsset asset, boolean whole) {
    long length = asset.lengthBytes();
    if (length > 0) {
      long bytes = whole || length <= WHOLE_BYTES ? length : HEAD_BYTES;
      parts.add(new Part(asset, List.of(new ByteRange(0, bytes))));
    }
  }

  static String name(AccessTrace.UsedFile file) {
    return file.location() + "/" + file.path();
  }

  /** Whether a trace's file is the one that is there now. */
  static boolean isSame(AccessTrace.UsedFile file, AssetInfo info) {
    return file.version().equals(info.version().token());
  }
}
