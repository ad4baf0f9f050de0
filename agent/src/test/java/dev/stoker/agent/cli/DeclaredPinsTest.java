package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Pins;
import dev.stoker.io.testing.NginxServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code submit} pins, and how {@code job retry --repin} forgets it. */
@Timeout(60)
class DeclaredPinsTest {
  @TempDir Path folder;
  private NginxServer nginx;
  private ControllerServer server;
  private ControllerClient client;
  private CommandRun stoker;

  @BeforeEach
  void start() throws IOException {
    nginx = NginxServer.start();
    server = ControllerServer.start(ControllerSettings.loopback(folder.resolve("queue"), 0));
    client = new ControllerClient(server.url(), null);
    stoker = new CommandRun(folder);
    write("shot.scene");
    write("tex/wood.exr");
    write("tex/old/oak.exr");
    write("sim/1.vdb");
    Path bundle = Files.createDirectories(folder.resolve("bundle"));
    Files.writeString(
        bundle.resolve("template.yaml"),
        """
        specificationVersion: jobtemplate-2023-09
        name: Shot
        parameterDefinitions:
          - {name: Scene, type: PATH, objectType: FILE, dataFlow: IN}
          - {name: Sim, type: PATH, dataFlow: INOUT}
          - {name: Rig, type: PATH, dataFlow: IN}
        steps:
          - name: Render
            script: {actions: {onRun: {command: "true"}}}
        """);
    Files.writeString(
        bundle.resolve("parameter_values.yaml"),
        """
        parameterValues:
          - {name: Scene, value: /mnt/show/shot.scene}
          - {name: Sim, value: /mnt/show/sim}
          - {name: Rig, value: /mnt/disk/rig}
        """);
    Files.writeString(
        bundle.resolve("asset_references.yaml"),
        "assetReferences: {inputs: {filenames: [/mnt/show/gone.exr], directories: [/mnt/show/tex]}}");
    Files.createDirectories(folder.resolve("disk/rig"));
    Files.writeString(folder.resolve("disk/rig/a"), "a");
  }

  private void write(String name) throws IOException {
    Path file = nginx.root().resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, name);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    nginx.close();
  }

  private String submit(String show) {
    stoker.run(
        "submit",
        "bundle",
        "--controller",
        server.url().toString(),
        "--output",
        "show=" + show + ",/mnt/show",
        "--location",
        "disk=" + folder.resolve("disk") + "/,/mnt/disk");
    assertEquals(0, stoker.exitCode(), stoker.err());
    return stoker.out().strip();
  }

  @Test
  void declaredInputsArePinnedAsTheSubmitterSeesThemAndWhatTheJobChangesIsNot() {
    String job = submit(nginx.url() + "/");
    Pins.Page page = client.pins(job, 0, 100);
    assertEquals(
        List.of("show/shot.scene", "show/tex/old/oak.exr", "show/tex/wood.exr"),
        page.pins().stream().map(Pins.Pin::name).sorted().toList(),
        "and what is missing, or on a disk, is for the nodes");
    assertTrue(page.pins().stream().allMatch(pin -> pin.version().startsWith("etag:")));

    stoker.run("job", "show", job, "--pins", "--controller", server.url().toString());
    List<String> shown = stoker.out().lines().toList();
    assertEquals(4, shown.size(), stoker.out());
    assertTrue(shown.get(1).matches("show/shot\\.scene +etag:.+"), shown.get(1));

    stoker.run("job", "retry", job, "--controller", server.url().toString());
    assertEquals(1, stoker.exitCode(), "nothing has failed");
    stoker.run("job", "retry", job, "--repin", "--controller", server.url().toString());
    assertEquals(0, stoker.exitCode(), stoker.err());
    Pins.Page anew = client.pins(job, 0, 100);
    assertEquals(List.of(), anew.pins());
    assertNotEquals(page.generation(), anew.generation());
  }

  @Test
  void anOriginThatIsOutOfReachKeepsNobodyFromSubmitting() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    String job = submit("http://127.0.0.1:" + port + "/");
    assertEquals(List.of(), client.pins(job, 0, 100).pins());
  }
}
