package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.stoker.agent.launch.SessionLimits;
import dev.stoker.agent.launch.SlotCgroups;
import dev.stoker.agent.node.CpuSet;
import dev.stoker.agent.node.Gpu;
import dev.stoker.agent.node.Gpu.Vendor;
import dev.stoker.agent.node.OwnCgroups;
import dev.stoker.agent.node.Slot;
import dev.stoker.agent.node.Topology;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SlotBindingTest {
  private static Gpu gpu(Vendor vendor, String uuid, int minor, List<Gpu.Mig> mig) {
    return new Gpu(
        vendor,
        uuid,
        null,
        "000" + minor + ":00:00.0",
        1,
        0,
        CpuSet.of(0),
        minor,
        List.of("/dev/nvidia" + minor),
        mig,
        null);
  }

  private static Topology machine(Gpu... gpus) {
    return new Topology(
        CpuSet.parse("0-3"),
        CpuSet.parse("0-3"),
        Double.POSITIVE_INFINITY,
        List.of(),
        List.of(),
        List.of(),
        List.of(
            new Topology.NumaNode(0, CpuSet.parse("0-1"), 1, true),
            new Topology.NumaNode(1, CpuSet.parse("2-3"), 1, true)),
        List.of(gpus),
        2);
  }

  private static Slot slot(Gpu... gpus) {
    return new Slot("slot-1", CpuSet.parse("2-3"), 7, List.of(gpus), List.of(1));
  }

  @Test
  void aNodeWithoutMemoryIsNotPreferred() {
    Topology machine =
        new Topology(
            CpuSet.parse("0-3"),
            CpuSet.parse("0-3"),
            Double.POSITIVE_INFINITY,
            List.of(),
            List.of(),
            List.of(),
            List.of(
                new Topology.NumaNode(0, CpuSet.parse("0-1"), 2, true),
                new Topology.NumaNode(1, CpuSet.parse("2-3"), 0, true)),
            List.of(),
            2);
    SlotCgroups none =
        SlotCgroups.prepare(new OwnCgroups(Map.of(), Optional.empty(), false), "x", List.of());
    assertEquals(
        null, SlotBinding.of(machine, slot(), none, SessionLimits.DEFAULT, false).memoryPolicy());
    assertEquals(
        "preferred:1",
        SlotBinding.of(machine(), slot(), none, SessionLimits.DEFAULT, false).memoryPolicy());
  }

  @Test
  void aTaskSeesItsOwnGpuByItsUuidAndNoOther() {
    Gpu first = gpu(Vendor.NVIDIA, "GPU-a", 0, List.of());
    Gpu second = gpu(Vendor.NVIDIA, "GPU-b", 1, List.of());
    Map<String, String> variables = SlotBinding.variables(machine(first, second), slot(second));
    assertEquals("GPU-b", variables.get("CUDA_VISIBLE_DEVICES"));
    assertEquals("GPU-b", variables.get("NVIDIA_VISIBLE_DEVICES"));
    assertEquals("2", variables.get("OMP_NUM_THREADS"));
    assertEquals("2-3", variables.get("STOKER_CPUS"));
    assertFalse(variables.containsKey("ROCR_VISIBLE_DEVICES"));
    SlotCgroups none =
        SlotCgroups.prepare(new OwnCgroups(Map.of(), Optional.empty(), false), "x", List.of());
    SessionLimits limits = new SessionLimits(7, Map.of("nofile", 65_536L));
    var binding = SlotBinding.of(machine(first, second), slot(second), none, limits, true);
    assertEquals(7, binding.niceness());
    assertEquals(Map.of("nofile", 65_536L), binding.limits());
    assertEquals(List.of("/dev/nvidia0"), binding.hiddenDevices());
    assertEquals("preferred:1", binding.memoryPolicy());
  }

  @Test
  void aSlotWithoutGpusSeesNoneOfTheMachine() {
    Map<String, String> variables =
        SlotBinding.variables(
            machine(
                gpu(Vendor.NVIDIA, "GPU-a", 0, List.of()), gpu(Vendor.AMD, "GPU-c", 1, List.of())),
            slot());
    assertEquals("", variables.get("CUDA_VISIBLE_DEVICES"));
    assertEquals("void", variables.get("NVIDIA_VISIBLE_DEVICES"));
    assertEquals("", variables.get("ROCR_VISIBLE_DEVICES"));
    assertEquals("-1", variables.get("HIP_VISIBLE_DEVICES"));
  }

  @Test
  void partsOfASplitGpuAndPositionsWithoutADriverAreGivenToo() {
    Gpu split = gpu(Vendor.NVIDIA, "GPU-a", 0, List.of(new Gpu.Mig("MIG-1", 1)));
    assertEquals(
        "MIG-1", SlotBinding.variables(machine(split), slot(split)).get("CUDA_VISIBLE_DEVICES"));
    Gpu first = gpu(Vendor.NVIDIA, null, 0, List.of());
    Gpu second = gpu(Vendor.NVIDIA, null, 1, List.of());
    assertEquals(
        "1",
        SlotBinding.variables(machine(first, second), slot(second)).get("CUDA_VISIBLE_DEVICES"));
    Gpu amd = gpu(Vendor.AMD, "GPU-c", 2, List.of());
    Map<String, String> variables = SlotBinding.variables(machine(amd), slot(amd));
    assertEquals("GPU-c", variables.get("ROCR_VISIBLE_DEVICES"));
    assertEquals("0", variables.get("HIP_VISIBLE_DEVICES"));
  }
}
