package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.io.cache.CacheSettings;
import dev.stoker.io.daemon.IoNode;
import dev.stoker.io.daemon.IoSettings;
import dev.stoker.io.publish.OutputPublisher;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.testing.FuseAccess;
import dev.stoker.io.testing.NginxServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A controller, a range server, and agents that read through mounts of their own; outputs go to a
 * folder. Not thread-safe.
 */
final class MountedFarm implements AutoCloseable {
  private static final Duration BOUND = Duration.ofSeconds(90);
  private static final ObjectMapper YAML = new YAMLMapper();

  final Path top;
  final NginxServer nginx;
  final ControllerServer controller;
  final ControllerClient client;
  final OutputPublisher publisher = Publishing.toFiles();
  private final List<Node> nodes = new ArrayList<>();
  private int submitted;

  /** An I/O process and an agent, in this process. */
  record Node(IoNode io, RunningAgent running) implements AutoCloseable {
    @Override
    public void close() {
      running.agent().close();
      io.close();
    }
  }

  MountedFarm(Path top) throws IOException {
    this(top, "");
  }

  /**
   * @param directives of nginx
   */
  MountedFarm(Path top, String directives) throws IOException {
    FuseAccess.require();
    this.top = top;
    nginx = NginxServer.start(directives);
    controller = ControllerServer.start(ControllerSettings.loopback(top.resolve("controller"), 0));
    client = new ControllerClient(controller.url(), null);
  }

  /** Starts a node with an empty cache. */
  Node startNode(String name) throws InterruptedException {
    Path data = top.resolve(name);
    IoNode io = IoNode.open(settings(data).withMount(data.resolve("io/mount")));
    assertTrue(io.mountState().works(), io.mountState().problem());
    return startAgent(data, io);
  }

  /** The same without a mount: inputs are laid out as files. */
  Node startStagingNode(String name) throws InterruptedException {
    Path data = top.resolve(name);
    return startAgent(data, IoNode.open(settings(data)));
  }

  private static IoSettings settings(Path data) {
    return new IoSettings(
        data.resolve("io"),
        List.of(new CacheSettings.Disk(data.resolve("cache"), 512 << 20)),
        64 << 20,
        BlobSettings.fromEnvironment(Map.of()));
  }

  private Node startAgent(Path data, IoNode io) throws InterruptedException {
    Node node = new Node(io, RunningAgent.start(data.resolve("agent"), client, io, publisher));
    nodes.add(node);
    return node;
  }

  /** Ends a node, so that another one takes the work. */
  void stop(Node node) {
    nodes.remove(node);
    node.close();
  }

  void serve(String name, byte[] content) throws IOException {
    Path file = nginx.root().resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  /**
   * Submits a job of one step.
   *
   * @param scene what the parameter {@code Scene} names, below /mnt/show
   * @param command a line for sh; {@code $1} is the scene, {@code $2} the output folder
   */
  String submit(String scene, String command) throws IOException {
    String template =
        """
        specificationVersion: jobtemplate-2023-09
        name: shot
        parameterDefinitions:
          - {name: Scene, type: PATH, objectType: FILE, dataFlow: IN}
          - {name: Out, type: PATH, objectType: DIRECTORY, dataFlow: OUT}
        steps:
          - name: Render
            parameterSpace:
              taskParameterDefinitions:
                - {name: Frame, type: INT, range: 1-1}
            script:
              actions:
                onRun: {command: sh, args: [-c, %s, sh, "{{Param.Scene}}", "{{Param.Out}}"]}
        """
            .formatted(new ObjectMapper().writeValueAsString(command));
    return submitTemplate(template, scene);
  }

  String submitTemplate(String template, String scene) throws IOException {
    Files.createDirectories(top.resolve("out"));
    return client
        .submit(
            new Jobs.Definition(
                YAML.readTree(template),
                List.of(),
                Map.of("Scene", "/mnt/show/" + scene, "Out", "/mnt/out"),
                "",
                List.of(
                    new Jobs.Location("show", nginx.url() + "/", List.of("/mnt/show"), false),
                    new Jobs.Location(
                        "out", top.resolve("out").toUri().toString(), List.of("/mnt/out"), true)),
                "default",
                50,
                1),
            "key-" + ++submitted)
        .jobId();
  }

  Jobs.Summary awaitEnd(String job) {
    Until.holds(
        BOUND, () -> client.job(job).state().isFinal(), () -> "never ends: " + client.job(job));
    return client.job(job);
  }

  void assertSucceeds(String job) {
    Jobs.Summary ended = awaitEnd(job);
    assertEquals(Jobs.State.SUCCEEDED, ended.state(), () -> ended.message() + "\n" + log(job));
  }

  Jobs.Task task(String job) {
    return client.tasks(job, null, 1).tasks().getFirst();
  }

  String log(String job) {
    StringBuilder whole = new StringBuilder();
    long offset = 0;
    while (true) {
      String piece = client.readLog(job, task(job).taskId(), 0, offset).text();
      if (piece.isEmpty()) {
        return whole.toString();
      }
      whole.append(piece);
      offset += piece.getBytes(StandardCharsets.UTF_8).length;
    }
  }

  @Override
  public void close() {
    List.copyOf(nodes).forEach(this::stop);
    publisher.close();
    client.close();
    controller.close();
    nginx.close();
  }
}
