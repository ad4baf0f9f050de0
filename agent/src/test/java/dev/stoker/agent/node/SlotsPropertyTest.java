package dev.stoker.agent.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the machine and whatever is asked for, nobody shares. */
class SlotsPropertyTest {
  private static final int MACHINES = 3000;

  @TempDir Path root;

  @Test
  void noTwoSlotsShareACoreOrAGpuOnAnyMachine() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < MACHINES; i++) {
      Topology machine = machine(random);
      SlotRule rule = rule(random, machine);
      SlotLayout.Reserve reserve = new SlotLayout.Reserve(random.nextInt(3), random.nextInt(1000));
      String what = "seed " + seed + ", machine " + i + ": " + rule + " of " + machine;
      try {
        check(machine, rule, reserve, SlotLayout.plan(machine, rule, reserve), what);
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage().endsWith(".") || e.getMessage().endsWith("?"), what);
      }
    }
  }

  private static void check(
      Topology machine, SlotRule rule, SlotLayout.Reserve reserve, List<Slot> slots, String what) {
    assertFalse(slots.isEmpty(), what);
    CpuSet taken = CpuSet.EMPTY;
    CpuSet takenCores = CpuSet.EMPTY;
    Set<Gpu> gpus = new HashSet<>();
    long memory = 0;
    boolean splits = rule instanceof SlotRule.Count(int n) && n > usable(machine);
    for (Slot slot : slots) {
      assertFalse(slot.cpus().isEmpty(), what);
      assertTrue(machine.allowed().containsAll(slot.cpus()), what);
      assertFalse(taken.intersects(slot.cpus()), what);
      CpuSet cores = CpuSet.EMPTY;
      for (Topology.Core core : machine.cores()) {
        if (core.cpus().intersects(slot.cpus())) {
          cores = cores.or(core.cpus());
        }
      }
      assertTrue(splits || reserve.cpus() > 0 || !takenCores.intersects(cores), what);
      taken = taken.or(slot.cpus());
      takenCores = takenCores.or(cores);
      slot.gpus().forEach(gpu -> assertTrue(gpus.add(gpu), what));
      memory += slot.memoryBytes();
    }
    assertTrue(memory <= machine.memoryBytes() - reserve.memoryBytes(), what);
    assertTrue(machine.allowed().size() - taken.size() >= reserve.cpus(), what);
  }

  private static long usable(Topology machine) {
    return machine.cores().stream()
        .filter(core -> core.cpus().intersects(machine.allowed()))
        .count();
  }

  private static SlotRule rule(Random random, Topology machine) {
    return switch (random.nextInt(6)) {
      case 0 -> SlotRule.AUTO;
      case 1 -> SlotRule.parse("per-gpu");
      case 2 -> SlotRule.parse("per-numa");
      case 3 -> SlotRule.parse("per-l3");
      case 4 -> new SlotRule.Count(1 + random.nextInt(machine.cores().size()));
      default -> {
        List<SlotRule.Part> parts = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(4); i++) {
          parts.add(
              new SlotRule.Part(
                  null,
                  1 + random.nextInt(6),
                  0,
                  null,
                  random.nextInt(3),
                  0,
                  1 + random.nextInt(2)));
        }
        yield new SlotRule.Explicit(parts);
      }
    };
  }

  private static Topology machine(Random random) {
    int packages = 1 + random.nextInt(2);
    int nodesEach = 1 + random.nextInt(2);
    int coresEach = 1 + random.nextInt(8);
    int threads = 1 + random.nextInt(2);
    List<Topology.Socket> sockets = new ArrayList<>();
    List<Topology.Core> cores = new ArrayList<>();
    List<Topology.Cache> caches = new ArrayList<>();
    List<Topology.NumaNode> nodes = new ArrayList<>();
    CpuSet online = CpuSet.EMPTY;
    int cpu = 0;
    for (int p = 0; p < packages; p++) {
      CpuSet socket = CpuSet.EMPTY;
      for (int n = 0; n < nodesEach; n++) {
        CpuSet node = CpuSet.EMPTY;
        for (int c = 0; c < coresEach; c++) {
          CpuSet core = threads == 1 ? CpuSet.of(cpu) : CpuSet.of(cpu, cpu + 1);
          cpu += threads;
          cores.add(new Topology.Core(p, core, null));
          node = node.or(core);
        }
        caches.add(new Topology.Cache(node, 32 << 20));
        nodes.add(new Topology.NumaNode(nodes.size(), node, 8L << 30, true));
        socket = socket.or(node);
      }
      sockets.add(new Topology.Socket(p, socket));
      online = online.or(socket);
    }
    CpuSet allowed =
        CpuSet.of(online.stream().filter(c -> c == 0 || random.nextInt(8) > 0).toArray());
    List<Gpu> gpus = new ArrayList<>();
    for (int g = random.nextInt(5); g > 0; g--) {
      CpuSet near =
          random.nextInt(4) == 0
              ? CpuSet.EMPTY
              : random.nextInt(4) == 0 ? online : nodes.get(random.nextInt(nodes.size())).cpus();
      gpus.add(
          new Gpu(
              Gpu.Vendor.NVIDIA,
              "GPU-" + g,
              null,
              "000" + g + ":00:00.0",
              1L << 30,
              -1,
              near,
              g,
              List.of(),
              List.of(),
              null));
    }
    return new Topology(
        online,
        allowed,
        Double.POSITIVE_INFINITY,
        sockets,
        cores,
        caches,
        nodes,
        gpus,
        nodes.size() * (8L << 30));
  }

  @Test
  void aSlotOfEachGpuHasTheCoresNextToIt() {
    Topology machine = Topology.read(RecordedMachine.unpack("nc96ads-a100-v4", root));
    assertEquals(
        List.of(
            "0001:00:00.0 0-23 [0]",
            "0002:00:00.0 24-47 [1]",
            "0003:00:00.0 48-71 [2]",
            "0004:00:00.0 72-95 [3]"),
        describe(SlotLayout.plan(machine, SlotRule.AUTO, SlotLayout.Reserve.NONE)));
  }

  @Test
  void slotsOfAManyCoreMachineFollowItsNodesOrItsCaches() {
    Topology machine = Topology.read(RecordedMachine.unpack("hb120rs-v3", root));
    List<Slot> nodes =
        SlotLayout.plan(machine, SlotRule.parse("per-numa"), SlotLayout.Reserve.NONE);
    List<Slot> caches = SlotLayout.plan(machine, SlotRule.parse("per-l3"), SlotLayout.Reserve.NONE);
    assertEquals(List.of(" 0-29 [0]", " 30-59 [1]", " 60-89 [2]", " 90-119 [3]"), describe(nodes));
    assertEquals(16, caches.size());
    assertEquals(" 0-5 [0]", describe(caches).getFirst());
    assertEquals(112L << 30, nodes.getFirst().memoryBytes());
  }

  @Test
  void requirementsGetWhatLiesTogetherAndLeaveTheRestWhole() {
    Topology machine = Topology.read(RecordedMachine.unpack("hb120rs-v3", root));
    List<CpuSet> cores = machine.cores().stream().map(Topology.Core::cpus).toList();
    Placement free = new Placement(machine, cores, List.of());
    // The smallest cache that holds six has just six.
    assertEquals("0-5", place(free, 6));
    // Eight fill a cache; twelve need a node, and take the one that is already broken into.
    assertEquals("6-13", place(free, 8));
    assertEquals("14-25", place(free, 12));
    assertEquals("30-59", place(free, 30));
    assertEquals("", free.place(120, 0, 0, CpuSet.EMPTY).map(g -> "").orElse(""));
  }

  private static String place(Placement free, int cpus) {
    return free.place(cpus, 0, 0, CpuSet.EMPTY).orElseThrow().cpus().toString();
  }

  @Test
  void twoGpusOfOneRequirementLieBesideEachOther() {
    Topology machine = Topology.read(RecordedMachine.unpack("nd96isr-h100-v5", root));
    SlotRule rule = new SlotRule.Explicit(List.of(new SlotRule.Part(null, 24, 0, null, 2, 0, 4)));
    List<Slot> slots = SlotLayout.plan(machine, rule, SlotLayout.Reserve.NONE);
    assertEquals(
        List.of("0-23 [0]", "24-47 [0]", "48-71 [1]", "72-95 [1]"),
        slots.stream().map(slot -> slot.cpus() + " " + slot.numaNodes()).toList());
    slots.forEach(
        slot -> assertEquals(slot.gpus().get(0).localCpus(), slot.gpus().get(1).localCpus()));
  }

  @Test
  void namedCpusAndGpusAreTakenAtTheirWordOrRefused() {
    Topology machine = Topology.read(RecordedMachine.unpack("nc48ads-a100-v4", root));
    List<Slot> slots =
        SlotLayout.plan(
            machine,
            new SlotRule.Explicit(
                List.of(
                    new SlotRule.Part(CpuSet.parse("0-3"), 0, 1L << 30, List.of("1"), 0, 0, 1),
                    new SlotRule.Part(null, 8, 0, null, 1, 0, 1))),
            SlotLayout.Reserve.NONE);
    assertEquals(List.of("0002:00:00.0 0-3 [0]", "0001:00:00.0 8-15 [0]"), describe(slots));
    assertEquals(439L << 30, slots.get(1).memoryBytes());
    SlotRule.Part twice = new SlotRule.Part(CpuSet.parse("0-3"), 0, 0, null, 0, 0, 1);
    assertEquals(
        "Two slots name the CPUs '0-3'.",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    SlotLayout.plan(
                        machine,
                        new SlotRule.Explicit(List.of(twice, twice)),
                        SlotLayout.Reserve.NONE))
            .getMessage());
  }

  @Test
  void theReserveTakesWholeCores() {
    Topology machine = Topology.read(RecordedMachine.unpack("nv6ads-a10-v5", root));
    SlotLayout.Reserve two = new SlotLayout.Reserve(2, 5L << 30);
    Slot slot = SlotLayout.plan(machine, SlotRule.AUTO, two).getFirst();
    assertEquals("2-5", slot.cpus().toString());
    assertEquals(50L << 30, slot.memoryBytes());
  }

  private static List<String> describe(List<Slot> slots) {
    return slots.stream()
        .map(
            slot ->
                (slot.gpus().isEmpty() ? "" : slot.gpus().getFirst().pciAddress())
                    + " "
                    + slot.cpus()
                    + " "
                    + slot.numaNodes())
        .toList();
  }
}
