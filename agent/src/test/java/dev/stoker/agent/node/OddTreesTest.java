package dev.stoker.agent.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stoker.agent.node.view.TopologyDocument;
import dev.stoker.agent.node.view.TopologySvg;
import dev.stoker.agent.node.view.TopologyTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Trees that are old, partial or strange, made of a sound one: what is there is described. */
class OddTreesTest {
  private static final String CPU = "sys/devices/system/cpu";
  private static final String NODE = "sys/devices/system/node";
  private static final String GPU = "sys/bus/pci/devices/0002:00:00.0";
  private static final int RANDOM_TREES = 50;

  @TempDir Path root;

  @BeforeEach
  void unpack() {
    RecordedMachine.unpack("nc48ads-a100-v4", root);
  }

  interface Change {
    void apply(OddTreesTest tree) throws IOException;
  }

  /** What is strange, and what is left: online, packages, nodes, L3, cores, GPUs, GiB. */
  enum Odd {
    AS_IT_WAS("0-47|1|0:0-23,1:24-47|6|48|0-23,24-47|440", tree -> {}),
    A_NODE_WITHOUT_MEMORY(
        "0-47|1|0:0-23,1:24-47|6|48|0-23,24-47|440",
        tree -> tree.put(NODE + "/node1/meminfo", "Node 1 MemTotal: 0 kB")),
    A_NODE_WITHOUT_CPUS(
        "0-47|1|0:0-23,1:|6|48|0-23,24-47|440", tree -> tree.put(NODE + "/node1/cpulist", "")),
    A_GAP_IN_THE_NODES(
        "0-47|1|0:0-23,7:24-47|6|48|0-23,24-47|440",
        tree -> Files.move(tree.at(NODE + "/node1"), tree.at(NODE + "/node7"))),
    OFFLINE_CORES(
        "0,2-46|1|0:0,2-23,1:24-46|6|46|0,2-23,24-46|440",
        tree -> {
          tree.put(CPU + "/online", "0,2-46");
          for (int cpu : new int[] {1, 47}) {
            tree.remove(CPU + "/cpu" + cpu + "/topology");
            tree.remove(CPU + "/cpu" + cpu + "/cache");
          }
        }),
    OFFLINE_CORES_WITHOUT_A_LIST(
        "0-45|1|0:0-23,1:24-45|6|46|0-23,24-45|440",
        tree -> {
          tree.remove(CPU + "/online");
          tree.put(CPU + "/cpu46/online", "0");
          tree.remove(CPU + "/cpu47/topology");
        }),
    NO_NODES("0-47|1||6|48|0-23,24-47|440", tree -> tree.remove(NODE)),
    NO_CACHES("0-47|1|0:0-23,1:24-47|0|48|0-23,24-47|440", tree -> tree.removeFromAllCpus("cache")),
    CACHES_WITHOUT_SHARERS(
        "0-47|1|0:0-23,1:24-47|48|48|0-23,24-47|440",
        tree -> tree.removeFromAllCpus("cache/index3/shared_cpu_list")),
    CACHES_THAT_HAVE_NUMBERS_ONLY(
        "0-47|1|0:0-23,1:24-47|3|48|0-23,24-47|440",
        tree -> {
          tree.removeFromAllCpus("cache/index3/shared_cpu_list");
          for (int cpu = 0; cpu < 48; cpu++) {
            tree.put(CPU + "/cpu" + cpu + "/cache/index3/id", "" + cpu / 16);
          }
        }),
    NO_TOPOLOGY(
        "0-47|1|0:0-23,1:24-47|6|48|0-23,24-47|440", tree -> tree.removeFromAllCpus("topology")),
    MASKS_ONLY(
        "0-47|1|0:0-23,1:24-47|6|48|0-23,24-47|440",
        tree -> {
          tree.remove(NODE + "/node0/cpulist");
          tree.remove(NODE + "/node1/cpulist");
          tree.put(NODE + "/node0/cpumap", "00000000,00ffffff");
          tree.put(NODE + "/node1/cpumap", "0000ffff,ff000000");
        }),
    NODES_WITH_LINKS_ONLY(
        "0-47|1|0:,1:24-25|6|48|0-23,24-47|440",
        tree -> {
          tree.remove(NODE + "/node0/cpulist");
          tree.remove(NODE + "/node1/cpulist");
          Files.createDirectory(tree.at(NODE + "/node1/cpu24"));
          Files.createDirectory(tree.at(NODE + "/node1/cpu25"));
        }),
    MEMORY_OF_NODES_ONLY(
        "0-47|1|0:0-23,1:24-47|6|48|0-23,24-47|440", tree -> tree.remove("proc/meminfo")),
    NO_MEMORY_AT_ALL(
        "0-47|1|0:0-23,1:24-47|6|48|0-23,24-47|0",
        tree -> {
          tree.remove("proc/meminfo");
          tree.remove(NODE + "/node0/meminfo");
          tree.remove(NODE + "/node1/meminfo");
        }),
    A_GPU_THAT_KNOWS_ITS_NODE_ONLY(
        "0-47|1|0:0-23,1:24-47|6|48|0-23,24-47|440", tree -> tree.remove(GPU + "/local_cpulist")),
    A_GPU_WITHOUT_A_PLACE(
        "0-47|1|0:0-23,1:24-47|6|48|0-23,|440",
        tree -> {
          tree.put(GPU + "/numa_node", "-1");
          tree.remove(GPU + "/local_cpulist");
        }),
    NO_PCI("0-47|1|0:0-23,1:24-47|6|48||440", tree -> tree.remove("sys/bus")),
    PRESENT_CPUS_ONLY(
        "0-3|1||0|4||440",
        tree -> {
          tree.remove("sys");
          tree.put(CPU + "/possible", "0-7");
          tree.put(CPU + "/present", "0-3");
        }),
    PROC_ONLY(
        "0-1|1||0|2||440",
        tree -> {
          tree.remove("sys");
          tree.put("proc/cpuinfo", "processor : 0\nprocessor : 1");
        });

    private final String left;

    @SuppressWarnings("ImmutableEnumChecker") // Lambdas that hold nothing.
    private final Change change;

    Odd(String left, Change change) {
      this.left = left;
      this.change = change;
    }
  }

  @ParameterizedTest
  @EnumSource(Odd.class)
  void whatIsThereIsDescribed(Odd odd) throws IOException {
    odd.change.apply(this);
    Topology machine = Topology.read(root);
    assertEquals(odd.left, summary(machine));
    check(machine, odd.toString());
  }

  private static String summary(Topology machine) {
    return "%s|%d|%s|%d|%d|%s|%d"
        .formatted(
            machine.online(),
            machine.packages().size(),
            String.join(
                ",",
                machine.numaNodes().stream().map(node -> node.id() + ":" + node.cpus()).toList()),
            machine.caches().size(),
            machine.cores().size(),
            String.join(
                ",", machine.gpus().stream().map(gpu -> gpu.localCpus().toString()).toList()),
            machine.memoryBytes() >> 30);
  }

  @Test
  void whatProcSaysOfAffinityIsHeededInEitherFormAndNonsenseIsNot() throws IOException {
    put("proc/self/status", "Name: x\nCpus_allowed: 0000ffff,ff000001");
    assertEquals("0,24-47", Topology.read(root).allowed().toString());
    put("proc/self/status", "Cpus_allowed: 3\nCpus_allowed_list: 4-5");
    assertEquals("4-5", Topology.read(root).allowed().toString());
    put("proc/self/status", "Cpus_allowed_list: four to five");
    assertEquals("0-47", Topology.read(root).allowed().toString());
    put("proc/self/cgroup", "0::/\0\n1:cpuset:/\0/../..");
    put("proc/sys/kernel/osrelease", "99999999999.99999999999");
    put("proc/meminfo", "MemTotal: 9223372036854775807 kB");
    assertEquals("0-47", Topology.read(root).allowed().toString());
    assertEquals(440, Topology.read(root).memoryBytes() >> 30, "as the nodes have it");
    assertFalse(Host.read(root).fuse().passthrough());
  }

  /** Files are torn out, emptied, swapped or filled with others' text, several at a time. */
  @Test
  void noMixtureOfOddFilesIsReasonToFail() throws IOException {
    long seed = Long.getLong("stoker.seed", System.nanoTime());
    Random random = new Random(seed);
    List<Path> files;
    try (Stream<Path> all = Files.walk(root)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (int i = 0; i < RANDOM_TREES; i++) {
      List<Path> changed = new ArrayList<>();
      List<byte[]> were = new ArrayList<>();
      for (int n = 0; n <= random.nextInt(12); n++) {
        Path file = files.get(random.nextInt(files.size()));
        changed.add(file);
        were.add(Files.exists(file) ? Files.readAllBytes(file) : new byte[0]);
        change(file, files.get(random.nextInt(files.size())), random);
      }
      check(Topology.read(root), "seed " + seed + ", tree " + i + ", changed " + changed);
      for (int n = changed.size() - 1; n >= 0; n--) {
        Files.write(changed.get(n), were.get(n));
      }
    }
  }

  private static void change(Path file, Path other, Random random) throws IOException {
    switch (random.nextInt(4)) {
      case 0 -> Files.deleteIfExists(file);
      case 1 -> Files.writeString(file, "");
      case 2 -> Files.write(file, Files.exists(other) ? Files.readAllBytes(other) : new byte[0]);
      default -> Files.writeString(file, random.nextInt(60) + "-" + random.nextInt(60) + "\n");
    }
  }

  /** What holds for every machine. */
  private void check(Topology machine, String what) {
    disjoint(machine.packages().stream().map(Topology.Socket::cpus).toList(), machine, what);
    disjoint(machine.cores().stream().map(Topology.Core::cpus).toList(), machine, what);
    assertTrue(machine.online().containsAll(machine.allowed()), what);
    assertTrue(machine.memoryBytes() >= 0, what);
    machine.numaNodes().forEach(node -> within(node.cpus(), machine, what));
    machine.caches().forEach(cache -> within(cache.cpus(), machine, what));
    machine.gpus().forEach(gpu -> within(gpu.localCpus(), machine, what));
    for (String rule : List.of("auto", "per-numa", "per-l3", "per-gpu", "2")) {
      SlotRule slots = rule.equals("2") ? new SlotRule.Count(2) : SlotRule.parse(rule);
      TopologyDocument document =
          TopologyDocument.of(machine, Host.read(root), slots, SlotLayout.Reserve.NONE, null, null);
      CpuSet taken = CpuSet.EMPTY;
      for (TopologyDocument.SlotEntry slot : document.slots()) {
        CpuSet cpus = CpuSet.parse(slot.cpus());
        assertTrue(machine.allowed().containsAll(cpus), what + rule);
        assertFalse(cpus.isEmpty() || taken.intersects(cpus), what + rule);
        taken = taken.or(cpus);
      }
      assertTrue(!document.slots().isEmpty() || document.slotsProblem() != null, what + rule);
      shown(document, what + rule);
    }
  }

  private static void shown(TopologyDocument document, String what) {
    try {
      assertFalse(new ObjectMapper().writeValueAsString(document).isEmpty(), what);
      assertFalse(TopologyTable.of(document).isEmpty(), what);
      assertTrue(TopologySvg.of(document).endsWith("</svg>\n"), what);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void within(CpuSet cpus, Topology machine, String what) {
    assertTrue(machine.online().containsAll(cpus), what);
  }

  /** Together they are all that is online. */
  private static void disjoint(List<CpuSet> sets, Topology machine, String what) {
    CpuSet seen = CpuSet.EMPTY;
    for (CpuSet set : sets) {
      assertFalse(set.isEmpty() || seen.intersects(set), what);
      seen = seen.or(set);
    }
    assertEquals(machine.online(), seen, what);
  }

  private Path at(String path) {
    return root.resolve(path);
  }

  private void put(String path, String text) throws IOException {
    Files.createDirectories(at(path).getParent());
    Files.writeString(at(path), text + "\n");
  }

  private void removeFromAllCpus(String name) throws IOException {
    for (int cpu = 0; cpu < 48; cpu++) {
      remove(CPU + "/cpu" + cpu + "/" + name);
    }
  }

  private void remove(String path) throws IOException {
    try (Stream<Path> all = Files.walk(at(path))) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }
}
