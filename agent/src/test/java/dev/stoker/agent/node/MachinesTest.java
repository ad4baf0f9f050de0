package dev.stoker.agent.node;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each machine names the public source of what it must be read as. */
class MachinesTest {
  @TempDir Path root;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # machine           | online         | allowed        | packages | nodes | L3 | cores | GPUs | GiB
          nc24ads-a100-v4     | 0-23           | 0-23           | 1        | 1     | 3  | 24    | 1    | 220
          nc48ads-a100-v4     | 0-47           | 0-47           | 1        | 2     | 6  | 48    | 2    | 440
          nc96ads-a100-v4     | 0-95           | 0-95           | 2        | 4     | 12 | 96    | 4    | 880
          nd96isr-h100-v5     | 0-95           | 0-95           | 2        | 2     | 2  | 96    | 8    | 1900
          nv6ads-a10-v5       | 0-5            | 0-5            | 1        | 1     | 1  | 3     | 1    | 55
          hb120rs-v3          | 0-119          | 0-119          | 2        | 4     | 16 | 120   | 0    | 448
          hx176rs             | 0-175          | 0-175          | 2        | 4     | 24 | 176   | 0    | 1408
          hc44rs              | 0-43           | 0-43           | 2        | 2     | 2  | 44    | 0    | 352
          laptop-hybrid       | 0-19           | 0-19           | 1        | 1     | 1  | 14    | 0    | 30
          virtual-machine     | 0-1            | 0-1            | 1        | 1     | 1  | 2     | 0    | 23
          forbidden-cgroup2   | 0-31           | 0-5            | 4        | 8     | 8  | 32    | 0    | 126
          forbidden-cpuset    | 0-15           | 2-11,13        | 4        | 1     | 4  | 16    | 0    | 15
          offline-cores       | 0-1,3-4,6-12,15 | 0-1,3-4,6-12,15 | 4      | 1     | 4  | 7     | 0    | 15
          offline-node0       | 4-20           | 4-20           | 2        | 1     | 2  | 17    | 0    | 125
          memory-only-nodes   | 0-15,88-103    | 0-15           | 2        | 8     | 4  | 8     | 6    | 341
          empty-cache-map     | 0-7            | 0-7            | 2        | 1     | 4  | 4     | 0    | 15
          no-nodes            | 0-19           | 0-19           | 8        | 0     | 0  | 20    | 0    | 1
          """)
  void aMachineIsReadAsItsSourceHasIt(
      String name,
      String online,
      String allowed,
      int packages,
      int nodes,
      int caches,
      int cores,
      int gpus,
      long gib) {
    Topology machine = Topology.read(RecordedMachine.unpack(name, root));
    assertAll(
        () -> assertEquals(online, machine.online().toString()),
        () -> assertEquals(allowed, machine.allowed().toString()),
        () -> assertEquals(packages, machine.packages().size()),
        () -> assertEquals(nodes, machine.numaNodes().size()),
        () -> assertEquals(caches, machine.caches().size()),
        () -> assertEquals(cores, machine.cores().size()),
        () -> assertEquals(gpus, machine.gpus().size()),
        () -> assertEquals(gib, machine.memoryBytes() >> 30));
  }

  @Test
  void gpusLieWhereAzuresOwnFilesPutThem() {
    Topology machine = Topology.read(RecordedMachine.unpack("nc96ads-a100-v4", root));
    assertEquals(
        List.of(
            "0001:00:00.0 NVIDIA A100-PCIE-80GB node 0 cpus 0-23",
            "0002:00:00.0 NVIDIA A100-PCIE-80GB node 1 cpus 24-47",
            "0003:00:00.0 NVIDIA A100-PCIE-80GB node 2 cpus 48-71",
            "0004:00:00.0 NVIDIA A100-PCIE-80GB node 3 cpus 72-95"),
        machine.gpus().stream()
            .map(
                gpu ->
                    "%s %s node %d cpus %s"
                        .formatted(gpu.pciAddress(), gpu.name(), gpu.numaNode(), gpu.localCpus()))
            .toList());
  }

  @Test
  void aHybridLaptopHasCoresOfTwoKinds() {
    Topology machine = Topology.read(RecordedMachine.unpack("laptop-hybrid", root));
    assertEquals(
        "performance 0-1, performance 2-3, performance 4-5, performance 6-7, performance 8-9,"
            + " performance 10-11, efficiency 12, efficiency 13, efficiency 14, efficiency 15,"
            + " efficiency 16, efficiency 17, efficiency 18, efficiency 19",
        machine.cores().stream()
            .map(core -> core.kind() + " " + core.cpus())
            .collect(Collectors.joining(", ")));
  }

  @Test
  void nodesOfMemoryOnlyAndForbiddenOnesAreNamed() {
    Topology machine = Topology.read(RecordedMachine.unpack("memory-only-nodes", root));
    assertEquals(
        List.of(
            "0 0-15 true",
            "8 88-103 false",
            "250  false",
            "251  false",
            "252  false",
            "253  false",
            "254  false",
            "255  false"),
        machine.numaNodes().stream()
            .map(node -> node.id() + " " + node.cpus() + " " + node.allowed())
            .toList());
  }

  @ParameterizedTest
  @CsvSource({"'', sys", "sys, .", "sys/devices/system, ."})
  void aCopyOfSysIsReadLikeARootThatHoldsIt(String part, String ignored) {
    RecordedMachine.unpack("hb120rs-v3", root);
    Topology whole = Topology.read(root);
    Topology copy = Topology.read(root.resolve(part));
    assertEquals(whole.caches(), copy.caches());
    assertEquals(whole.cores(), copy.cores());
    assertEquals(whole.numaNodes(), copy.numaNodes());
    assertEquals(whole.memoryBytes(), copy.memoryBytes());
  }

  @Test
  void aMachinePackedWithItsNameIsFoundBelowIt() {
    RecordedMachine.unpack("hc44rs", root.resolve("hc44rs"));
    assertEquals("0-43", Topology.read(root).online().toString());
  }

  @Test
  void anEmptyFolderIsAMachineOfNothing() {
    Topology machine = Topology.read(root);
    assertEquals(CpuSet.EMPTY, machine.online());
    assertEquals(List.of(), machine.cores());
    assertEquals(0, machine.memoryBytes());
  }

  /** Whatever is torn out of a tree, the rest is described. */
  @Test
  void aTreeThatLosesAnyOfItsFoldersIsStillRead() throws IOException {
    RecordedMachine.unpack("nc24ads-a100-v4", root);
    RecordedMachine.unpack("virtual-machine", root.resolve("second"));
    List<Path> folders;
    try (Stream<Path> all = Files.walk(root)) {
      folders = all.filter(path -> !path.equals(root)).sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : folders) {
      Files.delete(path);
      if (path.getNameCount() - root.getNameCount() < 5 || path.endsWith("level")) {
        assertTrue(Topology.read(root).memoryBytes() >= 0);
        assertTrue(Host.read(root).disks().isEmpty());
      }
    }
  }

  @Test
  void garbageInEveryFileIsNoReasonToFail() throws IOException {
    RecordedMachine.unpack("nv6ads-a10-v5", root);
    List<Path> files;
    try (Stream<Path> all = Files.walk(root)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      for (String garbage :
          List.of("", "-", "99999999999", "7-3", "0x", "\0\1\2", "{}", "0-99999")) {
        byte[] was = Files.readAllBytes(file);
        Files.writeString(file, garbage);
        assertNotNull(Topology.read(root), () -> file + ": " + garbage);
        Files.write(file, was);
      }
    }
  }
}
