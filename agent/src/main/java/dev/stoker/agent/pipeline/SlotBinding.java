package dev.stoker.agent.pipeline;

import dev.stoker.agent.launch.SessionBinding;
import dev.stoker.agent.launch.SessionLimits;
import dev.stoker.agent.launch.SlotCgroups;
import dev.stoker.agent.node.CpuSet;
import dev.stoker.agent.node.Gpu;
import dev.stoker.agent.node.Slot;
import dev.stoker.agent.node.Topology;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/** How a slot holds its tasks: what the shim binds them to, and what their variables say. Pure. */
final class SlotBinding {
  private SlotBinding() {}

  /**
   * @param privileged whether the agent may hide devices
   */
  static SessionBinding of(
      Topology machine, Slot slot, SlotCgroups groups, SessionLimits limits, boolean privileged) {
    // Preferred, not bound: a full node is slower memory, not a killed frame.
    String memory =
        machine.numaNodes().size() > 1
                && slot.numaNodes().size() == 1
                && hasMemory(machine, slot.numaNodes().getFirst())
            ? "preferred:" + slot.numaNodes().getFirst()
            : null;
    List<String> foreign =
        machine.gpus().stream()
            .filter(gpu -> gpu.renders() && !slot.gpus().contains(gpu))
            .flatMap(gpu -> gpu.devices().stream())
            .toList();
    return SessionBinding.to(slot.cpus(), null)
        .withMemoryPolicy(memory)
        .withLimits(limits)
        .withCgroups(groups.of(slot.id()), groups.shims())
        .withHiddenDevices(privileged ? foreign : List.of());
  }

  /** The kernel refuses a policy for nodes without memory (set_mempolicy(2), EINVAL). */
  private static boolean hasMemory(Topology machine, int node) {
    return machine.numaNodes().stream()
        .anyMatch(one -> one.id() == node && one.memoryBytes() > 0 && one.allowed());
  }

  /** What a slot's actions find in their environment. */
  static Map<String, String> variables(Topology machine, Slot slot) {
    Map<String, String> all = new TreeMap<>();
    CpuSet cpus = slot.cpus();
    all.put("OMP_NUM_THREADS", "" + cpus.size());
    all.put("STOKER_SLOT", slot.id());
    all.put("STOKER_CPUS", cpus.toString());
    all.put("STOKER_THREADS", "" + cpus.size());
    all.put("STOKER_MEMORY_BYTES", "" + slot.memoryBytes());
    all.put("STOKER_GPUS", join(slot.gpus(), Gpu::id));
    List<Gpu> nvidia = of(Gpu.Vendor.NVIDIA, slot.gpus());
    List<Gpu> nvidiaAll = of(Gpu.Vendor.NVIDIA, machine.gpus());
    if (!nvidiaAll.isEmpty()) {
      String visible = join(nvidia, gpu -> cudaName(gpu, nvidiaAll));
      // Positions, where there are no UUIDs, count as nvidia-smi does.
      all.put("CUDA_DEVICE_ORDER", "PCI_BUS_ID");
      all.put("CUDA_VISIBLE_DEVICES", visible);
      all.put("NVIDIA_VISIBLE_DEVICES", visible.isEmpty() ? "void" : visible);
    }
    List<Gpu> amd = of(Gpu.Vendor.AMD, slot.gpus());
    List<Gpu> amdAll = of(Gpu.Vendor.AMD, machine.gpus());
    if (!amdAll.isEmpty()) {
      all.put("ROCR_VISIBLE_DEVICES", join(amd, gpu -> rocmName(gpu, amdAll)));
      // HIP counts within what ROCR leaves.
      String positions =
          String.join(",", IntStream.range(0, amd.size()).mapToObj(String::valueOf).toList());
      all.put("HIP_VISIBLE_DEVICES", amd.isEmpty() ? "-1" : positions);
    }
    return all;
  }

  private static List<Gpu> of(Gpu.Vendor vendor, List<Gpu> gpus) {
    return gpus.stream().filter(gpu -> gpu.vendor() == vendor).toList();
  }

  private static String join(List<Gpu> gpus, Function<Gpu, String> name) {
    return String.join(",", gpus.stream().map(name).toList());
  }

  private static String cudaName(Gpu gpu, List<Gpu> all) {
    if (!gpu.mig().isEmpty()) {
      return String.join(",", gpu.mig().stream().map(Gpu.Mig::uuid).toList());
    }
    return gpu.uuid() == null ? "" + all.indexOf(gpu) : gpu.uuid();
  }

  private static String rocmName(Gpu gpu, List<Gpu> all) {
    return gpu.uuid() == null ? "" + all.indexOf(gpu) : gpu.uuid();
  }
}
