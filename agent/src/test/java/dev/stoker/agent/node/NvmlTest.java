package dev.stoker.agent.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a library of NVML's binary interface, which gcc makes for each machine. */
class NvmlTest {
  @TempDir Path folder;

  @Test
  void theDriverSaysWhatTheKernelDoesNot() throws Exception {
    Path root = RecordedMachine.unpack("nc48ads-a100-v4", folder.resolve("machine"));
    Topology machine =
        Topology.read(
            root,
            stub(
                """
                uuid=GPU-11111111-2222-3333-4444-555555555501;bus=00000001:00:00.0;minor=0;memory=85899345920;name=NVIDIA A100 80GB PCIe
                uuid=GPU-11111111-2222-3333-4444-555555555502;bus=00000002:00:00.0;minor=1;memory=85899345920;name=NVIDIA A100 80GB PCIe;ecc=3;throttle=96
                """));
    Gpu first = machine.gpus().get(0);
    Gpu second = machine.gpus().get(1);
    assertEquals("GPU-11111111-2222-3333-4444-555555555501", first.uuid());
    assertEquals("NVIDIA A100 80GB PCIe", first.name());
    assertEquals(80L << 30, first.memoryBytes());
    assertEquals("0-23", first.localCpus().toString());
    assertEquals(List.of("/dev/nvidia0"), first.devices());
    assertEquals(new Gpu.Health(0, List.of()), first.health());
    assertEquals(
        new Gpu.Health(3, List.of("thermal (software)", "thermal (hardware)")), second.health());
  }

  @Test
  void eightGpusOfTwoSocketsGetEightSlotsBesideThem() throws Exception {
    Path root = RecordedMachine.unpack("nd96isr-h100-v5", folder.resolve("machine"));
    StringBuilder gpus = new StringBuilder();
    String[] domains = {"1", "2", "3", "8", "9", "A", "B", "C"};
    for (int i = 0; i < domains.length; i++) {
      gpus.append(
          "uuid=GPU-%d;bus=0000000%s:00:00.0;minor=%d;memory=85520809984;name=H100\n"
              .formatted(i, domains[i], i));
    }
    Topology machine = Topology.read(root, stub(gpus.toString()));
    assertEquals(
        List.of(
            "GPU-0 0-11",
            "GPU-1 12-23",
            "GPU-2 24-35",
            "GPU-3 36-47",
            "GPU-4 48-59",
            "GPU-5 60-71",
            "GPU-6 72-83",
            "GPU-7 84-95"),
        SlotLayout.plan(machine, SlotRule.AUTO, SlotLayout.Reserve.NONE).stream()
            .map(slot -> slot.gpus().getFirst().uuid() + " " + slot.cpus())
            .toList());
  }

  @Test
  void partsOfASplitGpuAreNamed() throws Exception {
    Path root = RecordedMachine.unpack("nc24ads-a100-v4", folder.resolve("machine"));
    Topology machine =
        Topology.read(
            root,
            stub("uuid=GPU-1;bus=00000001:00:00.0;minor=0;memory=85899345920;name=A100;mig=2\n"));
    assertEquals(
        List.of(new Gpu.Mig("MIG-GPU-1/0", 42949672960L), new Gpu.Mig("MIG-GPU-1/1", 42949672960L)),
        machine.gpus().getFirst().mig());
  }

  @Test
  void theDriverSaysWhatAGpuIsAtAndWhoHasItsMemory() throws Exception {
    Nvml driver =
        stub(
            "uuid=GPU-1;bus=00000001:00:00.0;minor=0;memory=1000;used=700;busy=42;pid=4711;pidmem=600\n");
    NvmlLoads loads = new NvmlLoads(driver.library());
    assertEquals(new GpuLoad(0.42, 700, Map.of(4711L, 600L)), loads.read("GPU-1"));
    assertEquals(GpuLoad.UNKNOWN, loads.read("GPU-2"));
    assertEquals(GpuLoad.UNKNOWN, new NvmlLoads(folder + "/no-such-library.so").read("GPU-1"));
  }

  @Test
  void aGpuThatSysfsHidesIsPlacedByItsDriver() throws Exception {
    Path root = RecordedMachine.unpack("hc44rs", folder.resolve("machine"));
    Topology machine =
        Topology.read(
            root,
            stub("uuid=GPU-1;bus=00000001:00:00.0;minor=0;memory=1;name=X;affinity=3fffff\n"));
    assertEquals(0, machine.gpus().getFirst().numaNode());
    assertEquals("0-21", machine.gpus().getFirst().localCpus().toString());
  }

  @Test
  void aDriverThatDoesNotAnswerOrIsNotThereLeavesWhatTheKernelSays() throws Exception {
    Path root = RecordedMachine.unpack("nc24ads-a100-v4", folder.resolve("machine"));
    for (GpuDriver driver :
        List.of(stub("init=9\n"), new Nvml(folder + "/no-such-library.so"), GpuDriver.NONE)) {
      Gpu gpu = Topology.read(root, driver).gpus().getFirst();
      assertEquals("NVIDIA A100-PCIE-80GB", gpu.name());
      assertEquals("0001:00:00.0", gpu.id());
    }
  }

  @Test
  void theDriversOwnFilesInProcNameAGpuWithoutItsLibrary() throws IOException {
    Path root = RecordedMachine.unpack("nc24ads-a100-v4", folder.resolve("machine"));
    Path file = root.resolve("proc/driver/nvidia/gpus/0001:00:00.0/information");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file, "Model: \t\t NVIDIA A100 80GB PCIe\nGPU UUID: \t GPU-aa-bb\nDevice Minor: \t 0\n");
    Gpu gpu = Topology.read(root).gpus().getFirst();
    assertEquals("NVIDIA A100 80GB PCIe", gpu.name());
    assertEquals("GPU-aa-bb", gpu.uuid());
    assertEquals(List.of("/dev/nvidia0"), gpu.devices());
  }

  @Test
  void anAmdGpuIsDescribedBySysfsAlone() throws IOException {
    Path gpu = folder.resolve("sys/bus/pci/devices/0002:00:00.0");
    Files.createDirectories(gpu.resolve("drm/renderD128"));
    Files.createDirectories(folder.resolve("proc"));
    Files.writeString(gpu.resolve("class"), "0x038000\n");
    Files.writeString(gpu.resolve("vendor"), "0x1002\n");
    Files.writeString(gpu.resolve("device"), "0x7461\n");
    Files.writeString(gpu.resolve("mem_info_vram_total"), "25753026560\n");
    Files.writeString(gpu.resolve("unique_id"), "18f3a2bc4d5e6f70\n");
    Gpu found = Topology.read(folder).gpus().getFirst();
    assertEquals("GPU-18f3a2bc4d5e6f70", found.uuid());
    assertEquals("AMD Radeon Pro V710 MxGPU", found.name());
    assertEquals(25753026560L, found.memoryBytes());
    assertEquals(List.of("/dev/dri/renderD128"), found.devices());
    Files.writeString(gpu.resolve("gpu_busy_percent"), "37\n");
    Files.writeString(gpu.resolve("mem_info_vram_used"), "1048576\n");
    assertEquals(new GpuLoad(0.37, 1 << 20, Map.of()), new GpuLoads(folder, null).read(found));
  }

  private Nvml stub(String gpus) throws IOException, InterruptedException {
    Path table = Files.createTempFile(folder, "gpus", ".txt");
    Path source = folder.resolve("nvml-stub.c");
    Path library = Files.createTempFile(folder, "libnvidia-ml", ".so");
    Files.writeString(table, gpus);
    try (InputStream in = NvmlTest.class.getResourceAsStream("nvml/nvml-stub.c")) {
      assertNotNull(in);
      Files.write(source, in.readAllBytes());
    }
    Process gcc =
        new ProcessBuilder(
                "gcc",
                "-shared",
                "-fPIC",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-DTABLE=\"" + table + "\"",
                "-o",
                library.toString(),
                source.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    gcc.waitFor(30, TimeUnit.SECONDS);
    assertEquals(0, gcc.exitValue(), said);
    return new Nvml(library.toString());
  }
}
