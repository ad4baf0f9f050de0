package dev.stoker.agent.node;

import dev.stoker.agent.node.Topology.Cache;
import dev.stoker.agent.node.Topology.Core;
import dev.stoker.agent.node.Topology.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Packages, cores and caches from {@code /sys/devices/system/cpu}
 * (Documentation/admin-guide/cputopology.rst), else from {@code /proc/cpuinfo}. Kernels before
 * 2.6.26 write sets as masks only.
 */
final class CpuReader {
  private static final String CPU = "sys/devices/system/cpu";

  private final SysTree tree;
  private final CpuInfo info;
  private final CpuSet online;
  private final Map<Integer, Socket> packageOf = new HashMap<>();
  private final List<Socket> packages = new ArrayList<>();

  private CpuReader(SysTree tree) {
    this.tree = tree;
    this.info = CpuInfo.read(tree);
    this.online = findOnline();
  }

  static CpuReader read(SysTree tree) {
    CpuReader reader = new CpuReader(tree);
    reader.findPackages();
    return reader;
  }

  CpuSet online() {
    return online;
  }

  List<Socket> packages() {
    return packages;
  }

  List<Core> cores() {
    List<Core> cores = new ArrayList<>();
    CpuSet efficient = efficient();
    CpuSet left = online;
    for (int cpu : online.toList()) {
      if (left.contains(cpu)) {
        CpuSet siblings = siblings(cpu).and(left);
        left = left.without(siblings);
        String kind = efficient.contains(cpu) ? "efficiency" : "performance";
        cores.add(new Core(packageId(cpu), siblings, efficient.isEmpty() ? null : kind));
      }
    }
    return cores;
  }

  /**
   * The smaller cores of a machine that has two kinds: as Intel's PMU driver lists them, else those
   * that the kernel says are slower. Empty where all are alike.
   */
  private CpuSet efficient() {
    Optional<CpuSet> listed = tree.cpus("sys/devices/cpu_atom/cpus");
    if (listed.isPresent()) {
      return listed.get();
    }
    for (String measure : new String[] {"cpu_capacity", "cpufreq/base_frequency"}) {
      Map<Integer, Long> speeds = new HashMap<>();
      for (int cpu : online.toList()) {
        tree.number(CPU + "/cpu" + cpu + "/" + measure).ifPresent(n -> speeds.put(cpu, n));
      }
      long fastest = speeds.values().stream().mapToLong(speed -> speed).max().orElse(0);
      List<Integer> slower =
          online.toList().stream()
              .filter(cpu -> speeds.getOrDefault(cpu, fastest) < fastest)
              .toList();
      if (!slower.isEmpty()) {
        return CpuSet.of(slower);
      }
    }
    return CpuSet.EMPTY;
  }

  List<Cache> caches() {
    Map<CpuSet, Cache> found = new LinkedHashMap<>();
    for (int cpu : online.toList()) {
      for (int index : tree.numbered(CPU + "/cpu" + cpu + "/cache", "index")) {
        String folder = CPU + "/cpu" + cpu + "/cache/index" + index + "/";
        if (tree.number(folder + "level").orElse(0L) == 3
            && !tree.text(folder + "type").orElse("").equals("Instruction")) {
          CpuSet sharers =
              tree.cpus(folder + "shared_cpu_list", folder + "shared_cpu_map")
                  .map(online::and)
                  .filter(set -> set.contains(cpu))
                  .or(() -> sharingCache(folder, index))
                  .orElseGet(() -> siblings(cpu)); // Itanium's kernel leaves the set empty
          long bytes = tree.text(folder + "size").map(CpuReader::bytes).orElse(0L);
          found.putIfAbsent(sharers, new Cache(sharers, bytes));
        }
      }
    }
    return List.copyOf(found.values());
  }

  /** By the number that each level's caches have since Linux 4.11. */
  private Optional<CpuSet> sharingCache(String folder, int index) {
    return tree.number(folder + "id")
        .map(
            id ->
                CpuSet.of(
                    online.stream()
                        .filter(
                            other ->
                                tree.number(CPU + "/cpu" + other + "/cache/index" + index + "/id")
                                    .filter(id::equals)
                                    .isPresent())
                        .toArray()));
  }

  /** {@code 32768K}. */
  private static long bytes(String size) {
    String digits = size.replaceAll("[^0-9].*$", "");
    long number = SysTree.toNumber(digits).orElse(0L);
    return switch (size.substring(digits.length())) {
      case "M" -> number << 20;
      case "G" -> number << 30;
      case "" -> number;
      default -> number << 10;
    };
  }

  private CpuSet findOnline() {
    Optional<CpuSet> listed = tree.cpus(CPU + "/online").filter(set -> !set.isEmpty());
    if (listed.isPresent()) {
      return listed.get();
    }
    List<Integer> present = new ArrayList<>(tree.numbered(CPU, "cpu"));
    present.removeIf(cpu -> tree.number(CPU + "/cpu" + cpu + "/online").orElse(1L) == 0);
    List<Integer> described =
        present.stream().filter(cpu -> tree.exists(CPU + "/cpu" + cpu + "/topology")).toList();
    // An offline CPU keeps its folder and loses its topology.
    CpuSet found = CpuSet.of(described.isEmpty() ? present : described);
    if (!found.isEmpty()) {
      return found;
    }
    CpuSet running = CpuSet.of(info.processors());
    // Nobody says which of them run: those that are there, else those that may come.
    return running.isEmpty()
        ? tree.cpus(CPU + "/present").or(() -> tree.cpus(CPU + "/possible")).orElse(CpuSet.EMPTY)
        : running;
  }

  private void findPackages() {
    CpuSet left = online;
    for (int cpu : online.toList()) {
      if (left.contains(cpu)) {
        int id = physicalId(cpu);
        CpuSet cpus =
            topology(cpu, "package_cpus", "core_siblings")
                .orElseGet(() -> id < 0 ? online : sharing(id))
                .and(left);
        left = left.without(cpus);
        Socket one = new Socket(id, cpus);
        packages.add(one);
        cpus.stream().forEach(member -> packageOf.put(member, one));
      }
    }
  }

  private int packageId(int cpu) {
    Socket one = packageOf.get(cpu);
    return one == null ? -1 : one.id();
  }

  /** CPUs of the same number; those the kernel says nothing of are one package. */
  private CpuSet sharing(int id) {
    return CpuSet.of(online.stream().filter(cpu -> physicalId(cpu) == id).toArray());
  }

  private int physicalId(int cpu) {
    return tree.number(CPU + "/cpu" + cpu + "/topology/physical_package_id")
        .map(Long::intValue)
        .orElseGet(() -> info.value(cpu, "physical id"));
  }

  private int coreId(int cpu) {
    return tree.number(CPU + "/cpu" + cpu + "/topology/core_id")
        .map(Long::intValue)
        .orElseGet(() -> info.value(cpu, "core id"));
  }

  private CpuSet siblings(int cpu) {
    int core = coreId(cpu);
    Optional<CpuSet> said = topology(cpu, "core_cpus", "thread_siblings");
    if (said.isPresent()) {
      // AMD's family 15h has two cores in what the kernel calls siblings: they differ in number.
      return CpuSet.of(said.get().stream().filter(other -> coreId(other) == core).toArray());
    }
    if (core < 0 || physicalId(cpu) < 0) {
      return CpuSet.of(cpu);
    }
    return CpuSet.of(
        online.stream()
            .filter(other -> coreId(other) == core && physicalId(other) == physicalId(cpu))
            .toArray());
  }

  /** A set that has two names, of which the second is the older; each as list and as mask. */
  private Optional<CpuSet> topology(int cpu, String name, String older) {
    String folder = CPU + "/cpu" + cpu + "/topology/";
    return tree.cpus(folder + name + "_list", folder + name)
        .or(() -> tree.cpus(folder + older + "_list", folder + older))
        .map(online::and)
        .filter(set -> set.contains(cpu));
  }
}
