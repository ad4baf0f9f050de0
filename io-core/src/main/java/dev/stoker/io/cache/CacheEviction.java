package dev.stoker.io.cache;

import java.util.List;

/**
 * What an eviction did.
 *
 * @param files asset versions that left
 * @param bytes of disk that this freed
 * @param keptFiles asset versions that stayed, because a session has them pinned or linked
 * @param kept their URIs, the first thousand
 */
public record CacheEviction(long files, long bytes, long keptFiles, List<String> kept) {
  public CacheEviction {
    kept = List.copyOf(kept);
  }
}
