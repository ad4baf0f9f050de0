package dev.stoker.agent.node;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The folders of this process's own control groups.
 *
 * @param version1 by controller: {@code cpuset}, {@code memory}, {@code pids}; those that a version
 *     1 hierarchy has
 * @param version2 the group in the unified hierarchy, if there is one
 * @param isLent whether the group of version 2 is not this process's own but one that a service
 *     manager keeps for its renderers, and in which nothing else of use runs
 */
public record OwnCgroups(Map<String, Path> version1, Optional<Path> version2, boolean isLent) {
  private static final List<String> CONTROLLERS = List.of("cpuset", "memory", "pids");

  public OwnCgroups {
    version1 = Map.copyOf(version1);
  }

  /**
   * Where renderers' groups are made: below the group that {@code STOKER_CGROUP} names, or ours.
   */
  public static OwnCgroups forRenderers() {
    String named = System.getenv("STOKER_CGROUP");
    return named == null ? read(Path.of("/")) : lent(Path.of(named));
  }

  /**
   * A group of version 2 that is kept for this node's renderers, so that they outlive the agent's
   * service; the agent's own groups where it does not exist.
   */
  public static OwnCgroups lent(Path group) {
    return Files.exists(group.resolve("cgroup.controllers"))
        ? new OwnCgroups(Map.of(), Optional.of(group), true)
        : read(Path.of("/"));
  }

  /** Reads them below {@code root}, which is {@code /} but for tests. */
  public static OwnCgroups read(Path root) {
    SysTree tree = new SysTree(root);
    CgroupMounts mounts = CgroupMounts.read(tree);
    Map<String, Path> version1 = new LinkedHashMap<>();
    Optional<Path> version2 = Optional.empty();
    for (String line : tree.text("proc/self/cgroup").orElse("").lines().toList()) {
      String[] words = line.split(":", 3);
      if (words.length < 3) {
        continue;
      }
      if (words[0].equals("0")) {
        version2 = folder(tree, mounts.unified(), words[2], "cgroup.controllers");
      }
      List<String> named = List.of(words[1].split(",", -1));
      for (String controller : CONTROLLERS) {
        if (named.contains(controller)) {
          folder(tree, mounts.of(controller), words[2], "cgroup.procs")
              .ifPresent(folder -> version1.put(controller, folder));
        }
      }
    }
    return new OwnCgroups(version1, version2, false);
  }

  /** A container sees its own group as the top, but its path as the host has it. */
  private static Optional<Path> folder(SysTree tree, String mount, String group, String sign) {
    for (String folder : List.of(mount + group, mount)) {
      if (tree.exists(folder + "/" + sign)) {
        return Optional.of(tree.at(folder).normalize());
      }
    }
    return Optional.empty();
  }
}
