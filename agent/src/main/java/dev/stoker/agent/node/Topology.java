package dev.stoker.agent.node;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The machine as the kernel describes it.
 *
 * @param online CPUs that run
 * @param allowed those of them this process may use: its affinity and its cgroups
 * @param cpuQuota CPUs' worth of time its cgroups grant, or infinity
 * @param cores by lowest CPU; only online CPUs
 * @param numaNodes by id; empty where the kernel tells of none
 * @param memoryBytes what the machine has, or less where a cgroup says so
 */
public record Topology(
    CpuSet online,
    CpuSet allowed,
    double cpuQuota,
    List<Core> cores,
    List<NumaNode> numaNodes,
    long memoryBytes) {

  private static final String CPU = "sys/devices/system/cpu";
  private static final String NODE = "sys/devices/system/node";

  public Topology {
    cores = List.copyOf(cores);
    numaNodes = List.copyOf(numaNodes);
  }

  /**
   * CPUs that share one execution engine (SMT siblings).
   *
   * @param packageId the socket, -1 where the kernel does not say
   */
  public record Core(int packageId, CpuSet cpus) {}

  /**
   * @param memoryBytes 0 where the node has none, or the kernel does not say
   */
  public record NumaNode(int id, CpuSet cpus, long memoryBytes) {}

  /** Reads the machine below {@code root}, which is {@code /} but for recorded machines. */
  public static Topology read(Path root) {
    SysTree tree = new SysTree(root);
    CgroupLimits limits = CgroupLimits.read(tree);
    CpuSet online = tree.cpus(CPU + "/online").orElseGet(() -> presentCpus(tree));
    CpuSet allowed =
        tree.line("proc/self/status", "Cpus_allowed_list:")
            .map(CpuSet::parse)
            .map(online::and)
            .orElse(online);
    if (limits.cpus() != null) {
      allowed = allowed.and(limits.cpus());
    }
    long memoryBytes = tree.line("proc/meminfo", "MemTotal:").map(Topology::kibibytes).orElse(0L);
    return new Topology(
        online,
        allowed,
        limits.cpuQuota(),
        cores(tree, online),
        numaNodes(tree, online),
        Math.min(memoryBytes, limits.memoryBytes()));
  }

  private static CpuSet presentCpus(SysTree tree) {
    CpuSet listed = CpuSet.of(tree.numbered(CPU, "cpu"));
    if (!listed.isEmpty()) {
      return listed;
    }
    List<Integer> described = new ArrayList<>();
    tree.text("proc/cpuinfo")
        .ifPresent(
            text ->
                text.lines()
                    .filter(line -> line.startsWith("processor"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .forEach(
                        n -> SysTree.toNumber(n).ifPresent(cpu -> described.add(cpu.intValue()))));
    return CpuSet.of(described);
  }

  private static List<Core> cores(SysTree tree, CpuSet online) {
    Map<CpuSet, Core> cores = new LinkedHashMap<>();
    online.stream()
        .forEach(
            cpu -> {
              String folder = CPU + "/cpu" + cpu + "/topology/";
              CpuSet siblings =
                  tree.cpus(folder + "core_cpus_list")
                      .or(() -> tree.cpus(folder + "thread_siblings_list"))
                      .map(online::and)
                      .filter(set -> set.contains(cpu))
                      .orElse(CpuSet.of(cpu));
              int packageId = tree.number(folder + "physical_package_id").orElse(-1L).intValue();
              cores.putIfAbsent(siblings, new Core(packageId, siblings));
            });
    return List.copyOf(cores.values());
  }

  private static List<NumaNode> numaNodes(SysTree tree, CpuSet online) {
    List<NumaNode> nodes = new ArrayList<>();
    for (int id : tree.numbered(NODE, "node")) {
      String folder = NODE + "/node" + id;
      nodes.add(
          new NumaNode(
              id,
              tree.cpus(folder + "/cpulist").orElse(CpuSet.EMPTY).and(online),
              tree.line(folder + "/meminfo", "Node " + id + " MemTotal:")
                  .map(Topology::kibibytes)
                  .orElse(0L)));
    }
    return nodes;
  }

  /** {@code "16305044 kB"} in bytes. */
  private static long kibibytes(String text) {
    return SysTree.toNumber(text.replace("kB", "").strip()).orElse(0L) * 1024;
  }
}
