package dev.stoker.agent.node;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What control groups leave to this process (cgroups(7), cpuset(7)), version 1 and 2: the tightest
 * of its own group and of all groups above it.
 *
 * @param cpus CPUs it may run on, or null where no cpuset says so
 * @param memoryNodes NUMA nodes it may take memory of, or null where no cpuset says so
 * @param cpuQuota CPUs' worth of time, or infinity
 * @param memoryBytes most memory, or {@link Long#MAX_VALUE}
 */
record CgroupLimits(
    @Nullable CpuSet cpus, @Nullable CpuSet memoryNodes, double cpuQuota, long memoryBytes) {

  static CgroupLimits read(SysTree tree) {
    Found found = new Found(tree, CgroupMounts.read(tree));
    tree.text("proc/self/cgroup")
        .ifPresent(text -> text.lines().forEach(line -> found.addGroup(line.split(":", 3))));
    // Kernels before 2.6.24 and many recorded machines have this file alone.
    tree.text("proc/self/cpuset").ifPresent(found::addCpuset);
    return new CgroupLimits(found.cpus, found.memoryNodes, found.quota, found.memory);
  }

  private static final class Found {
    private final SysTree tree;
    private final CgroupMounts mounts;
    private @Nullable CpuSet cpus;
    private @Nullable CpuSet memoryNodes;
    private double quota = Double.POSITIVE_INFINITY;
    private long memory = Long.MAX_VALUE;

    Found(SysTree tree, CgroupMounts mounts) {
      this.tree = tree;
      this.mounts = mounts;
    }

    /** A line of proc/self/cgroup: hierarchy number, controllers, path. */
    void addGroup(String[] line) {
      if (line.length != 3) {
        return;
      }
      List<String> controllers = List.of(line[1].split(","));
      if (line[0].equals("0")) {
        ancestors(mounts.unified(), line[2]).forEach(this::addVersion2);
      }
      if (controllers.contains("cpuset")) {
        addCpuset(line[2]);
      }
      if (controllers.contains("cpu")) {
        for (String group : ancestors(mounts.of("cpu"), line[2])) {
          long quotaMicros = tree.number(group + "/cpu.cfs_quota_us").orElse(-1L);
          long periodMicros = tree.number(group + "/cpu.cfs_period_us").orElse(0L);
          addQuota(quotaMicros, periodMicros);
        }
      }
      if (controllers.contains("memory")) {
        for (String group : ancestors(mounts.of("memory"), line[2])) {
          tree.number(group + "/memory.limit_in_bytes")
              .ifPresent(n -> memory = Math.min(memory, n));
        }
      }
    }

    /** A cpuset is within its parent's, so the own one says all. Old ones have no prefix. */
    void addCpuset(String group) {
      String own = ancestors(mounts.of("cpuset"), group).getFirst();
      narrowCpus(
          tree.cpus(own + "/cpuset.effective_cpus")
              .or(() -> tree.cpus(own + "/cpuset.cpus"))
              .or(() -> tree.cpus(own + "/cpus")));
      narrowNodes(
          tree.cpus(own + "/cpuset.effective_mems")
              .or(() -> tree.cpus(own + "/cpuset.mems"))
              .or(() -> tree.cpus(own + "/mems")));
      ancestors(mounts.unified(), group).forEach(this::addVersion2);
    }

    private void addVersion2(String group) {
      narrowCpus(tree.cpus(group + "/cpuset.cpus.effective"));
      narrowNodes(tree.cpus(group + "/cpuset.mems.effective"));
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

    private void narrowCpus(Optional<CpuSet> allowed) {
      cpus = narrow(cpus, allowed);
    }

    private void narrowNodes(Optional<CpuSet> allowed) {
      memoryNodes = narrow(memoryNodes, allowed);
    }

    private static @Nullable CpuSet narrow(@Nullable CpuSet known, Optional<CpuSet> allowed) {
      CpuSet set = allowed.orElse(CpuSet.EMPTY);
      if (set.isEmpty()) {
        return known;
      }
      return known == null ? set : known.and(set);
    }

    /**
     * The folders of a group and of every group above it. A container sees its own group as the top
     * of the mount, but its path as the host has it: then the mount is all there is.
     */
    private List<String> ancestors(String mount, String group) {
      if (group.indexOf('\0') >= 0) {
        return List.of(mount); // No folder has such a name.
      }
      List<String> folders = new ArrayList<>();
      for (Path at = Path.of("/").resolve(group).normalize(); at != null; at = at.getParent()) {
        String folder = at.getNameCount() == 0 ? mount : mount + at;
        if (at.getNameCount() == 0 || tree.exists(folder)) {
          folders.add(folder);
        }
      }
      return folders;
    }
  }
}
