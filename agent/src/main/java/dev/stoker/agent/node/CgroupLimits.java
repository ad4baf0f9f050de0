package dev.stoker.agent.node;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What control groups leave to this process (cgroups(7)), version 1 and 2: the tightest of its own
 * group and of all groups above it.
 *
 * @param cpus CPUs it may run on, or null where no cpuset says so
 * @param cpuQuota CPUs' worth of time, or infinity
 * @param memoryBytes most memory, or {@link Long#MAX_VALUE}
 */
record CgroupLimits(
    @org.jspecify.annotations.Nullable CpuSet cpus, double cpuQuota, long memoryBytes) {

  static CgroupLimits read(SysTree tree) {
    Found found = new Found(tree);
    tree.text("proc/self/cgroup")
        .ifPresent(text -> text.lines().forEach(line -> found.addGroup(line.split(":", 3))));
    return new CgroupLimits(found.cpus, found.quota, found.memory);
  }

  private static final class Found {
    private final SysTree tree;
    private @org.jspecify.annotations.Nullable CpuSet cpus;
    private double quota = Double.POSITIVE_INFINITY;
    private long memory = Long.MAX_VALUE;

    Found(SysTree tree) {
      this.tree = tree;
    }

    /** A line of proc/self/cgroup: hierarchy number, controllers, path. */
    void addGroup(String[] line) {
      if (line.length != 3) {
        return;
      }
      List<String> controllers = List.of(line[1].split(","));
      if (line[0].equals("0")) {
        String top =
            tree.text("sys/fs/cgroup/unified/cgroup.controllers").isPresent() ? "unified/" : "";
        ancestors("sys/fs/cgroup/" + top, line[2]).forEach(this::addVersion2);
      }
      if (controllers.contains("cpuset")) {
        String own = "sys/fs/cgroup/cpuset" + line[2];
        narrow(tree.cpus(own + "/cpuset.effective_cpus").or(() -> tree.cpus(own + "/cpuset.cpus")));
      }
      if (controllers.contains("cpu")) {
        for (String group : ancestors("sys/fs/cgroup/cpu", line[2])) {
          long quotaMicros = tree.number(group + "/cpu.cfs_quota_us").orElse(-1L);
          long periodMicros = tree.number(group + "/cpu.cfs_period_us").orElse(0L);
          addQuota(quotaMicros, periodMicros);
        }
      }
      if (controllers.contains("memory")) {
        for (String group : ancestors("sys/fs/cgroup/memory", line[2])) {
          tree.number(group + "/memory.limit_in_bytes")
              .ifPresent(n -> memory = Math.min(memory, n));
        }
      }
    }

    private void addVersion2(String group) {
      narrow(tree.cpus(group + "/cpuset.cpus.effective"));
      tree.number(group + "/memory.max").ifPresent(n -> memory = Math.min(memory, n));
      String[] max = tree.text(group + "/cpu.max").orElse("max").split(" ", -1);
      if (max.length == 2 && !max[0].equals("max")) {
        addQuota(SysTree.toNumber(max[0]).orElse(-1L), SysTree.toNumber(max[1]).orElse(0L));
      }
    }

    private void addQuota(long quotaMicros, long periodMicros) {
      if (quotaMicros > 0 && periodMicros > 0) {
        quota = Math.min(quota, (double) quotaMicros / periodMicros);
      }
    }

    private void narrow(Optional<CpuSet> allowed) {
      allowed
          .filter(set -> !set.isEmpty())
          .ifPresent(set -> cpus = cpus == null ? set : cpus.and(set));
    }

    /** The folders of a group and of every group above it. */
    private static List<String> ancestors(String top, String group) {
      List<String> folders = new ArrayList<>();
      String base = top.endsWith("/") ? top.substring(0, top.length() - 1) : top;
      for (Path at = Path.of(group); at != null; at = at.getParent()) {
        folders.add(at.getNameCount() == 0 ? base : base + at);
      }
      return folders;
    }
  }
}
