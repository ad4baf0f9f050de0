package dev.stoker.agent.node;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the hierarchies of control groups are mounted, else where distributions mount them. */
final class CgroupMounts {
  private static final List<String> CONTROLLERS = List.of("cpuset", "cpu", "memory", "pids");

  private final Map<String, String> byController;
  private final String unified;

  private CgroupMounts(Map<String, String> byController, String unified) {
    this.byController = byController;
    this.unified = unified;
  }

  static CgroupMounts read(SysTree tree) {
    Map<String, String> found = new HashMap<>();
    String unified =
        tree.exists("sys/fs/cgroup/unified/cgroup.controllers")
            ? "sys/fs/cgroup/unified"
            : "sys/fs/cgroup";
    Optional<String> mounts = tree.text("proc/self/mounts").or(() -> tree.text("proc/mounts"));
    for (String line : mounts.orElse("").split("\n", -1)) {
      String[] words = line.split(" ", -1); // device, folder, type, options (fstab(5))
      if (words.length < 4 || !tree.exists(words[1])) {
        continue;
      }
      if (words[2].equals("cgroup2")) {
        unified = words[1];
      } else if (words[2].equals("cpuset")) {
        found.put("cpuset", words[1]);
      } else if (words[2].equals("cgroup")) {
        List<String> options = List.of(words[3].split(",", -1));
        CONTROLLERS.stream()
            .filter(options::contains)
            .forEach(controller -> found.put(controller, words[1]));
      }
    }
    return new CgroupMounts(found, unified);
  }

  /** The top of a version 1 controller's hierarchy. */
  String of(String controller) {
    return byController.getOrDefault(controller, "sys/fs/cgroup/" + controller);
  }

  /** The top of version 2's hierarchy. */
  String unified() {
    return unified;
  }
}
