package dev.stoker.agent.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlotLayoutTest {
  @TempDir Path root;

  @Test
  void aLinuxListReadsAndPrintsAlike() {
    assertEquals("0-3,8", CpuSet.parse("0-3,8").toString());
    assertEquals("", CpuSet.parse("").toString());
    assertEquals(
        "'1-x' is not a list of CPUs such as 0-3,8.",
        assertThrows(IllegalArgumentException.class, () -> CpuSet.parse("1-x")).getMessage());
  }

  @Test
  void oneSlotTakesAllThatTheReserveLeaves() throws IOException {
    machine(8);
    List<Slot> slots =
        SlotLayout.plan(
            Topology.read(root), new SlotRule.Count(1), new SlotLayout.Reserve(1, 1L << 30));
    assertEquals(
        List.of(new Slot("slot-0", CpuSet.parse("1-7"), 15L << 30, List.of(), List.of())), slots);
  }

  @Test
  void slotsShareNoCpuAndKeepSiblingsTogether() throws IOException {
    machine(8); // siblings are n and n + 4
    List<Slot> slots =
        SlotLayout.plan(Topology.read(root), new SlotRule.Count(2), SlotLayout.Reserve.NONE);
    assertEquals(
        List.of("0-1,4-5", "2-3,6-7"), slots.stream().map(slot -> slot.cpus().toString()).toList());
    assertFalse(slots.get(0).cpus().intersects(slots.get(1).cpus()));
    assertEquals(8L << 30, slots.get(0).memoryBytes());
  }

  @Test
  void moreSlotsThanCoresShareCoresButNotCpus() throws IOException {
    machine(8);
    List<Slot> slots =
        SlotLayout.plan(Topology.read(root), new SlotRule.Count(8), SlotLayout.Reserve.NONE);
    assertEquals(8, slots.stream().mapToInt(slot -> slot.cpus().size()).sum());
    assertEquals(
        "Cannot make 9 slots of the 8 CPUs that are left of 0-7 after the reserve; ask for fewer.",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    SlotLayout.plan(
                        Topology.read(root), new SlotRule.Count(9), SlotLayout.Reserve.NONE))
            .getMessage());
  }

  @Test
  void forbiddenCpusQuotaAndMemoryLimitsOfBothCgroupVersionsAreKept() throws IOException {
    machine(8);
    put("proc/self/cgroup", "4:memory:/box\n3:cpuset:/box\n1:cpu,cpuacct:/box/inner\n0::/two\n");
    put("sys/fs/cgroup/cpuset/box/cpuset.effective_cpus", "0-5\n");
    put("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "4294967296\n");
    put("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "250000\n");
    put("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/two/cpuset.cpus.effective", "1-7\n");
    put("sys/fs/cgroup/two/memory.max", "max\n");
    Topology machine = Topology.read(root);
    assertEquals("1-5", machine.allowed().toString());
    assertEquals(2.5, machine.cpuQuota());
    assertEquals(4L << 30, machine.memoryBytes());
    assertEquals(
        3,
        SlotLayout.plan(machine, new SlotRule.Count(1), SlotLayout.Reserve.NONE)
            .getFirst()
            .cpus()
            .size());
  }

  @Test
  void aPartialTreeIsDescribedAsFarAsItGoes() throws IOException {
    put("proc/cpuinfo", "processor\t: 0\nmodel name\t: x\nprocessor\t: 1\n");
    Topology machine = Topology.read(root);
    assertEquals("0-1", machine.online().toString());
    assertEquals(2, machine.cores().size());
    assertTrue(machine.numaNodes().isEmpty());
  }

  @Test
  void thisMachineHasASlot() {
    Slot slot =
        SlotLayout.plan(Topology.read(), new SlotRule.Count(1), SlotLayout.Reserve.NONE).getFirst();
    assertFalse(slot.cpus().isEmpty());
    assertTrue(slot.memoryBytes() > 0);
  }

  private void machine(int cpus) throws IOException {
    put("sys/devices/system/cpu/online", "0-" + (cpus - 1) + "\n");
    put("proc/meminfo", "MemTotal:       16777216 kB\n");
    for (int cpu = 0; cpu < cpus; cpu++) {
      int core = cpu % (cpus / 2);
      String folder = "sys/devices/system/cpu/cpu" + cpu + "/topology/";
      put(folder + "core_cpus_list", core + "," + (core + cpus / 2) + "\n");
      put(folder + "physical_package_id", "0\n");
    }
  }

  private void put(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
