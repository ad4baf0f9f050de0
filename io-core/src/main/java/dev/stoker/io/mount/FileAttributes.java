package dev.stoker.io.mount;

import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.cache.BlockCache;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The extended attributes of a mounted file: {@code user.stoker.uri}, {@code .version}, {@code
 * .checksum} where the origin stores one, and {@code .cached}, the share of it that is on this
 * node's disk. Thread-safe.
 */
final class FileAttributes {
  static final String URI = "user.stoker.uri";
  static final String VERSION = "user.stoker.version";
  static final String CHECKSUM = "user.stoker.checksum";
  static final String CACHED = "user.stoker.cached";

  private final BlockCache cache;
  private final String project;

  FileAttributes(BlockCache cache, String project) {
    this.cache = cache;
    this.project = project;
  }

  List<String> names(PinnedAsset asset) {
    List<String> names = new ArrayList<>(List.of(URI, VERSION, CACHED));
    if (asset.info().contentMd5() != null) {
      names.add(CHECKSUM);
    }
    return names;
  }

  byte @Nullable [] value(PinnedAsset asset, String name) {
    String text =
        switch (name) {
          case URI -> asset.uri().toString();
          case VERSION -> version(asset.info().version());
          case CHECKSUM -> checksum(asset);
          case CACHED -> cached(asset);
          default -> null;
        };
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  /** An ETag as the origin sent it, without its quotes: what other tools print. */
  private static String version(AssetVersion version) {
    return version instanceof AssetVersion.ETag tag
        ? tag.value().replace("\"", "")
        : version.token();
  }

  private static @Nullable String checksum(PinnedAsset asset) {
    String md5 = asset.info().contentMd5();
    return md5 == null ? null : "md5:" + md5;
  }

  /** From 0.0000 to 1.0000. */
  private String cached(PinnedAsset asset) {
    long length = asset.info().lengthBytes();
    if (length == 0) {
      return "1.0000";
    }
    if (!asset.info().version().cacheable()) {
      return "0.0000";
    }
    // Whoever could look it up was described the file: no origin is asked here.
    Deadline soon = Deadline.after(Duration.ofSeconds(1));
    long present = cache.open(asset, project, soon).presentBytes();
    return String.format(Locale.ROOT, "%.4f", Math.floor(1e4 * present / length) / 1e4);
  }
}
