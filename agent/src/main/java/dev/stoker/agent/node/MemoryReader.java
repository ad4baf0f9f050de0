package dev.stoker.agent.node;

import dev.stoker.agent.node.Topology.NumaNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Memory and where it is (Documentation/ABI/stable/sysfs-devices-node). */
final class MemoryReader {
  private static final String NODE = "sys/devices/system/node";

  private MemoryReader() {}

  static List<NumaNode> nodes(SysTree tree, CpuSet online, @Nullable CpuSet allowed) {
    List<NumaNode> nodes = new ArrayList<>();
    for (int id : tree.numbered(NODE, "node")) {
      String folder = NODE + "/node" + id;
      nodes.add(
          new NumaNode(
              id,
              tree.cpus(folder + "/cpulist", folder + "/cpumap")
                  .orElseGet(() -> CpuSet.of(tree.numbered(folder, "cpu"))) // links to its CPUs
                  .and(online),
              tree.kibibytes(folder + "/meminfo", "Node " + id + " MemTotal:").orElse(0L),
              allowed == null || allowed.contains(id)));
    }
    return nodes;
  }

  /** What the kernel says of the machine, else of its nodes. */
  static long totalBytes(SysTree tree, List<NumaNode> nodes) {
    return tree.kibibytes("proc/meminfo", "MemTotal:")
        .orElseGet(() -> nodes.stream().mapToLong(NumaNode::memoryBytes).sum());
  }
}
