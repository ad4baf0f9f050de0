package dev.stoker.agent.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code deploy/systemd} promises, as far as it can be seen without running it. */
@Timeout(60)
class SystemdUnitsTest {
  private static final Path UNITS =
      Path.of(System.getProperty("stoker.root", "..")).resolve("deploy/systemd");

  /** Each gives a unit mounts of its own (systemd.exec(5)). */
  private static final List<String> OWN_MOUNTS =
      List.of(
          "Private",
          "Protect",
          "ReadOnlyPaths",
          "ReadWritePaths",
          "InaccessiblePaths",
          "BindPaths",
          "RootDirectory",
          "DynamicUser",
          "TemporaryFileSystem",
          "MountAPIVFS");

  @TempDir Path folder;

  @Test
  void restartingTheAgentLeavesRenderersAndStoppingItAsksItFirst() throws IOException {
    String agent = unit("stoker-agent");
    for (String line :
        List.of(
            "Delegate=yes",
            "KillMode=process",
            "KillSignal=SIGTERM",
            "RestartKillSignal=SIGKILL",
            "Restart=always")) {
      assertTrue(agent.lines().anyMatch(line::equals), line);
    }
    assertTrue(
        agent.contains("STOKER_CGROUP=/sys/fs/cgroup/system.slice/stoker-renderers.service"));
    assertTrue(unit("stoker-renderers").contains("\nDelegate=yes\n"));
  }

  @Test
  void renderersAgentsAndTheMountSeeTheSameMounts() throws IOException {
    for (String name : List.of("stoker-agent", "stoker-io", "stoker-renderers")) {
      for (String line : unit(name).lines().toList()) {
        assertFalse(OWN_MOUNTS.stream().anyMatch(line::startsWith), name + ": " + line);
      }
    }
  }

  @Test
  void systemdUnderstandsThem() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "systemd-analyze is not there");
    List<String> command = new ArrayList<>(List.of("systemd-analyze", "verify"));
    try (Stream<Path> units = Files.list(UNITS)) {
      for (Path unit : units.sorted().toList()) {
        // The program is not installed here, and that is all it may complain about.
        Path copy = folder.resolve(unit.getFileName());
        Files.writeString(copy, Files.readString(unit).replace("/usr/bin/stoker", "/bin/true"));
        command.add(copy.toString());
      }
    }
    Process verify = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(verify.waitFor(30, TimeUnit.SECONDS));
    assertEquals("", said);
    assertEquals(0, verify.exitValue());
  }

  private static String unit(String name) throws IOException {
    return Files.readString(UNITS.resolve(name + ".service"));
  }
}
