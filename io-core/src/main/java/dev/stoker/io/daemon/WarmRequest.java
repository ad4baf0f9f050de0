package dev.stoker.io.daemon;

import java.util.List;

/**
 * Which assets to bring into the cache.
 *
 * @param project whose credentials decide; empty for the node's own
 * @param uris files, folders (ending in {@code /}) and patterns, as {@link
 *     dev.stoker.io.prefetch.WantedUri} reads them; plain paths are absolute
 */
public record WarmRequest(String project, List<String> uris) {
  public WarmRequest {
    uris = List.copyOf(uris);
  }
}
