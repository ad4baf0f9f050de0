package dev.stoker.io.daemon;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session's own folder in the node's mount.
 *
 * @param rootId names the session; asking again with the same id adds to its folder
 * @param project whose credentials and rights decide
 * @param uid who may enter it
 * @param gid its group
 * @param locations what lies in it, each as a folder of its name
 * @param trace what another session of the same step used, as {@link
 *     dev.stoker.io.prefetch.TraceForm} packs it; it is brought first
 */
public record RootRequest(
    String rootId,
    String project,
    int uid,
    int gid,
    List<Location> locations,
    @Nullable String trace) {
  public RootRequest {
    locations = List.copyOf(locations);
  }

  /**
   * One location, all of which can be read.
   *
   * @param name one path segment
   * @param uri the origin tree
   * @param declared files, folders and patterns below it that must be there and are brought before
   *     somebody asks; {@code ""} is the whole tree
   */
  public record Location(String name, String uri, List<String> declared) {
    public Location {
      declared = List.copyOf(declared);
    }
  }
}
