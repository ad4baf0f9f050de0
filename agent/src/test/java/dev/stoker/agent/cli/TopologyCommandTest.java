package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stoker.agent.azure.FakeMetadata;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopologyCommandTest {
  @TempDir Path folder;

  @BeforeEach
  void recordAMachine() throws Exception {
    put("sys/devices/system/cpu/online", "0-3");
    for (int cpu = 0; cpu < 4; cpu++) {
      String at = "sys/devices/system/cpu/cpu" + cpu + "/";
      put(at + "topology/physical_package_id", "0");
      put(at + "topology/thread_siblings_list", cpu / 2 * 2 + "-" + (cpu / 2 * 2 + 1));
      put(at + "cache/index3/level", "3");
      put(at + "cache/index3/size", "32768K");
      put(at + "cache/index3/shared_cpu_list", "0-3");
    }
    put("sys/devices/system/node/node0/cpulist", "0-3");
    put("sys/devices/system/node/node0/meminfo", "Node 0 MemTotal:  8388608 kB");
    put("sys/bus/pci/devices/0001:00:00.0/class", "0x030200");
    put("sys/bus/pci/devices/0001:00:00.0/vendor", "0x10de");
    put("sys/bus/pci/devices/0001:00:00.0/local_cpulist", "0-3");
    put("sys/bus/pci/devices/0000:00:08.0/class", "0x030000");
    put("sys/bus/pci/devices/0000:00:08.0/vendor", "0x1414"); // the hypervisor's screen
    put("proc/sys/kernel/osrelease", "6.8.0-1015-azure");
  }

  private void put(String path, String text) throws Exception {
    Path file = folder.resolve("machine").resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text + "\n");
  }

  @Test
  void theDocumentHasWhatScriptsRelyOn() throws Exception {
    CommandRun stoker = new CommandRun(folder);
    assertEquals(0, stoker.run("topology", "--sysroot", "machine", "--json"), stoker.err());
    JsonNode document = new ObjectMapper().readTree(stoker.out());
    assertAll(
        () -> assertEquals("0-3", document.at("/cpus/online").asText()),
        () -> assertEquals("0-3", document.at("/cpus/allowed").asText()),
        () -> assertEquals("{\"id\":0,\"cpus\":\"0-3\"}", document.at("/packages/0").toString()),
        () -> assertEquals(8L << 30, document.at("/numaNodes/0/memoryBytes").asLong()),
        () -> assertEquals(32L << 20, document.at("/l3/0/bytes").asLong()),
        () -> assertEquals("2-3", document.at("/cores/1/cpus").asText()),
        () -> assertEquals(0, document.at("/cores/1/package").asInt(-1)),
        () -> assertEquals(1, document.at("/gpus").size()),
        () -> assertTrue(document.at("/gpus/0/uuid").isNull()),
        () -> assertTrue(document.at("/gpus/0").has("name")),
        () -> assertEquals("0001:00:00.0", document.at("/gpus/0/pciAddress").asText()),
        () -> assertEquals(-1, document.at("/gpus/0/numaNode").asInt()),
        () -> assertEquals("0-3", document.at("/gpus/0/localCpus").asText()),
        () -> assertEquals("[\"0001:00:00.0\"]", document.at("/slots/0/gpus").toString()),
        () -> assertEquals(8L << 30, document.at("/slots/0/memoryBytes").asLong()),
        () -> assertEquals("6.8.0-1015-azure", document.at("/host/kernel").asText()));
  }

  @Test
  void aTableAndAPictureSayTheSame() throws Exception {
    CommandRun stoker = new CommandRun(folder);
    assertEquals(0, stoker.run("topology", "--sysroot", "machine", "--slots", "2"));
    assertTrue(stoker.out().contains("slot-1                 CPUs 2-3 · 4.0 GiB"), stoker.out());
    CommandRun picture = new CommandRun(folder);
    assertEquals(0, picture.run("topology", "--sysroot", "machine", "--svg"));
    var svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(picture.out().getBytes(StandardCharsets.UTF_8)));
    assertTrue(svg.getElementsByTagName("rect").getLength() >= 5);
  }

  @Test
  void slotsThatCannotBeMadeAreSaidAndTheRestIsShown() throws Exception {
    Files.writeString(folder.resolve("stoker.yaml"), "slots: [{vcpus: 4, gpus: 2}]\n");
    CommandRun stoker = new CommandRun(folder);
    assertEquals(0, stoker.run("topology", "--sysroot", "machine", "--json"), stoker.err());
    assertEquals(
        "No room for a slot with 4 CPUs and 2 GPUs: the CPUs '0-3' and 1 GPUs are left.",
        new ObjectMapper().readTree(stoker.out()).at("/slotsProblem").asText());
  }

  @Test
  void whatAzureSaysOfTheMachineIsShown() throws Exception {
    try (FakeMetadata azure = new FakeMetadata()) {
      CommandRun stoker = new CommandRun(folder);
      stoker.run("topology", "--json", "--imds", azure.address().toString());
      JsonNode vm = new ObjectMapper().readTree(stoker.out()).at("/vm");
      assertEquals("Standard_NC24ads_A100_v4", vm.at("/vmSize").asText());
      assertEquals("render", vm.at("/vmScaleSetName").asText());
    }
  }

  @Test
  void thisMachineIsShown() {
    CommandRun stoker = new CommandRun(folder);
    assertEquals(0, stoker.run("topology"), stoker.err());
    assertTrue(stoker.out().startsWith("machine "), stoker.out());
    assertEquals(2, stoker.run("topology", "--sysroot", "nowhere"));
    assertTrue(stoker.err().contains("There is no folder"), stoker.err());
  }
}
