package dev.stoker.io.fetch;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.source.AssetSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of one version of one asset. Two callers share requests only when they name it
 * with the same credentials. Guarded by its {@link OriginQueue}'s lock.
 */
final class AssetPieces {
  /**
   * @param uri of the file, with the credentials it was named with
   * @param project whose credentials are used where it names none
   */
  record Key(AssetUri uri, AssetVersion version, String project) {
    static Key of(PinnedAsset asset) {
      return new Key(asset.uri(), asset.info().version(), asset.reader().project());
    }

    // Written out: linking a record's own costs a command's start 10 ms, and its parts' as much.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key that
          && project.equals(that.project)
          && version.equals(that.version)
          && uri.equals(that.uri);
    }

    @Override
    public int hashCode() {
      return 31 * uri.path().value().hashCode() + project.hashCode();
    }
  }

  final Key key;
  final PinnedAsset asset;

  /** Reads it; that of whoever asked first. */
  final AssetSource source;

  /** By their start; disjoint. */
  final TreeMap<Long, Piece> pieces = new TreeMap<>();

  AssetPieces(Key key, PinnedAsset asset, AssetSource source) {
    this.key = key;
    this.asset = asset;
    this.source = source;
  }

  /** The pieces that share a byte with {@code range}, in order; a copy. */
  List<Piece> overlapping(ByteRange range) {
    Map.Entry<Long, Piece> before = pieces.floorEntry(range.offset());
    long from =
        before != null && before.getValue().end > range.offset() ? before.getKey() : range.offset();
    return List.copyOf(pieces.subMap(from, true, range.end(), false).values());
  }
}
