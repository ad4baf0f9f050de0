package dev.stoker.agent.node;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The machine as the kernel describes it. Immutable.
 *
 * @param online CPUs that run
 * @param allowed those of them this process may use: its affinity and its cgroups
 * @param cpuQuota CPUs' worth of time its cgroups grant, or infinity
 * @param packages sockets, by lowest CPU; only online CPUs, as in all that follows
 * @param cores by lowest CPU
 * @param caches groups of CPUs that share a level 3 cache, by lowest CPU; empty where the kernel
 *     tells of none
 * @param numaNodes by id; empty where the kernel tells of none
 * @param gpus by PCI address
 * @param memoryBytes what the machine has, or less where a cgroup says so; 0 where nothing says
 */
public record Topology(
    CpuSet online,
    CpuSet allowed,
    double cpuQuota,
    List<Socket> packages,
    List<Core> cores,
    List<Cache> caches,
    List<NumaNode> numaNodes,
    List<Gpu> gpus,
    long memoryBytes) {

  public Topology {
    packages = List.copyOf(packages);
    cores = List.copyOf(cores);
    caches = List.copyOf(caches);
    numaNodes = List.copyOf(numaNodes);
    gpus = List.copyOf(gpus);
  }

  /**
   * A socket.
   *
   * @param id as the kernel numbers it, -1 where it does not say
   */
  public record Socket(int id, CpuSet cpus) {}

  /**
   * CPUs that share one execution engine (SMT siblings).
   *
   * @param packageId the socket, -1 where the kernel does not say
   * @param kind {@code performance} or {@code efficiency} where a machine has both, else null
   */
  public record Core(int packageId, CpuSet cpus, @Nullable String kind) {}

  /** A level 3 cache. */
  public record Cache(CpuSet cpus, long bytes) {}

  /**
   * @param cpus empty for a node of memory only
   * @param memoryBytes 0 where the node has none, or the kernel does not say
   * @param allowed whether this process may take memory of it
   */
  public record NumaNode(int id, CpuSet cpus, long memoryBytes, boolean allowed) {}

  /** Reads this machine, with what the drivers of its GPUs say. */
  public static Topology read() {
    return read(Path.of("/"), GpuDriver.installed());
  }

  /** Reads a recorded machine below {@code root}. */
  public static Topology read(Path root) {
    return read(root, GpuDriver.NONE);
  }

  static Topology read(Path root, GpuDriver driver) {
    SysTree tree = new SysTree(root);
    CgroupLimits limits = CgroupLimits.read(tree);
    CpuReader cpus = CpuReader.read(tree);
    CpuSet online = cpus.online();
    List<NumaNode> nodes = MemoryReader.nodes(tree, online, limits.memoryNodes());
    return new Topology(
        online,
        allowed(tree, online, limits),
        limits.cpuQuota(),
        cpus.packages(),
        cpus.cores(),
        cpus.caches(),
        nodes,
        GpuReader.read(tree, online, driver),
        Math.min(MemoryReader.totalBytes(tree, nodes), limits.memoryBytes()));
  }

  private static CpuSet allowed(SysTree tree, CpuSet online, CgroupLimits limits) {
    CpuSet affinity = tree.affinity().orElse(online);
    CpuSet cgroups = limits.cpus() == null ? online : limits.cpus();
    CpuSet both = online.and(affinity).and(cgroups);
    // A recorded machine may hold files of different moments; nothing allowed describes none.
    return both.isEmpty() ? online : both;
  }
}
