package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Registration;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job made, listed and brought here; and what a shell completes. */
class JobOutputsTest {
  private static final String TEMPLATE =
      """
      specificationVersion: jobtemplate-2023-09
      name: Shot
      steps:
        - name: Only
          script: {actions: {onRun: {command: "true"}}}
      """;

  @TempDir Path folder;

  @Test
  void visibleOutputsAreDownloadedAsTheyLieBelowWhatTheyHaveInCommon() throws Exception {
    Path beauty = write("store/shot/beauty/f1.exr", "beauty");
    Path depth = write("store/shot/depth/f1.exr", "depth!");
    try (var server =
            ControllerServer.start(ControllerSettings.loopback(folder.resolve("queue"), 0));
        var client = new ControllerClient(server.url(), null)) {
      String job = publish(client, List.of(beauty, depth));
      var stoker = new CommandRun(folder);
      String[] command = {
        "job", "outputs", job, "--download", "here", "--controller", server.url().toString()
      };
      assertEquals(0, stoker.run(command), stoker.err());
      assertEquals("2 files (12 B) downloaded, 0 were there already\n", stoker.out());
      assertEquals("beauty", Files.readString(folder.resolve("here/beauty/f1.exr")));
      assertEquals("depth!", Files.readString(folder.resolve("here/depth/f1.exr")));
      assertEquals(0, stoker.run(command), stoker.err());
      assertTrue(stoker.out().startsWith("0 files"), stoker.out());
      Files.delete(depth);
      Files.delete(folder.resolve("here/depth/f1.exr"));
      assertEquals(1, stoker.run(command));
      assertTrue(stoker.err().contains("depth/f1.exr"), stoker.err());
    }
  }

  private Path write(String name, String text) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static String publish(ControllerClient client, List<Path> files) throws Exception {
    var definition =
        new Jobs.Definition(
            new YAMLMapper().readTree(TEMPLATE), List.of(), Map.of(), "", List.of(), "p", 50, 1);
    String job = client.submit(definition, "key").jobId();
    var slot = new Registration.Slot("s", 4, 1L << 30, 0, 0);
    String node =
        client.register(new Registration.Request("n", "1", 1, 1, List.of(slot), Map.of())).nodeId();
    var wish = new Leasing.Wish("s", 1, "", "");
    Lease lease =
        client.lease(node, new Leasing.Request(1, List.of(wish), 10_000)).leases().getFirst();
    List<Commit.Output> outputs =
        files.stream()
            .map(
                file ->
                    new Commit.Output(file.toUri().toString(), 6, "x", List.of(), "staged", null))
            .toList();
    client.commit(
        lease.leaseId(),
        new Commit.Request(lease.attempt(), new Commit.Manifest(lease.fence(), outputs)));
    client.finish(
        lease.leaseId(),
        new Finish.Request(
            lease.attempt(), Finish.Outcome.SUCCEEDED, 0, "", false, List.of(), 0, 0, 0));
    return job;
  }

  @Test
  void aShellCompletesCommandsAndOptions() throws Exception {
    var stoker = new CommandRun(folder);
    assertEquals(0, stoker.run("completion"), stoker.err());
    Path script = Files.writeString(folder.resolve("completion.sh"), stoker.out());
    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "source \"$1\"; COMP_WORDS=(stoker job out); COMP_CWORD=2; _complete_stoker;"
                    + " echo \"${COMPREPLY[*]}\"",
                "bash",
                script.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(bash.waitFor(20, TimeUnit.SECONDS));
    assertTrue(said.contains("outputs"), said);
  }
}
