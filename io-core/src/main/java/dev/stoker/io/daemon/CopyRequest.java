package dev.stoker.io.daemon;

import java.util.List;

/**
 * What to copy out of the cache, by way of it.
 *
 * @param project whose credentials decide; empty for the node's own
 * @param uris files and trees, as {@link dev.stoker.io.asset.AssetUri#parse} reads them; plain
 *     paths are absolute
 * @param destination absolute path, as {@link dev.stoker.io.sync.TreeFetch} takes it
 * @param durable whether every file is synced to the disk before it gets its name
 */
public record CopyRequest(String project, List<String> uris, String destination, boolean durable) {
  public CopyRequest {
    uris = List.copyOf(uris);
  }
}
