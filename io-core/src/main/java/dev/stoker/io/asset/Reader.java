package dev.stoker.io.asset;

/**
 * On whose behalf an asset is read.
 *
 * @param project whose credentials are used; empty for the node's own
 * @param share names one of those among whom an origin's bandwidth is divided equally, such as a
 *     session
 */
public record Reader(String project, String share) {
  /** The node itself. */
  public static final Reader NODE = new Reader("", "");
}
