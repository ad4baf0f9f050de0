package dev.stoker.io.daemon;

import java.util.List;

/**
 * Which trees a session wants on this node.
 *
 * @param stageId names the session; asking again with the same id adds to its tree
 * @param project whose credentials and rights decide
 * @param folder absolute path of an existing empty folder; each tree lands in {@code folder/NAME}
 * @param trees what to bring
 */
public record StageRequest(String stageId, String project, String folder, List<Tree> trees) {
  public StageRequest {
    trees = List.copyOf(trees);
  }

  /**
   * One location, or the parts of it that are wanted.
   *
   * @param name the location's name: one path segment
   * @param uri the origin tree
   * @param include files and folders below it, as asset paths; an empty list brings the whole tree
   */
  public record Tree(String name, String uri, List<String> include) {
    public Tree {
      include = List.copyOf(include);
    }
  }
}
