package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.io.publish.OutputPublisher;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A controller, an agent, and a show on disk; tests of the agent are written on it. */
@Timeout(120)
abstract class AgentFarm {
  static final ObjectMapper YAML = new YAMLMapper();
  private static final Duration BOUND = Duration.ofSeconds(45);

  @TempDir Path top;
  final FolderIo io = new FolderIo();
  ControllerServer controller;
  ControllerClient client;
  OutputPublisher publisher;
  NodeAgent agent;
  private Thread agentThread;

  @BeforeEach
  void start() throws IOException {
    controller = ControllerServer.start(ControllerSettings.loopback(top.resolve("controller"), 0));
    client = new ControllerClient(controller.url(), null);
    publisher = Publishing.toFiles();
    Files.createDirectories(show("in/tex"));
    Files.writeString(show("in/scene.txt"), "scene");
    Files.writeString(show("in/tex/wood.txt"), "wood");
    Files.writeString(show("in/secret.txt"), "not declared");
  }

  @AfterEach
  void end() {
    stopAgent();
    publisher.close();
    client.close();
    controller.close();
  }

  Process startAgentProcess() throws IOException {
    return startAgentProcess(true);
  }

  /**
   * @param untilReady whether to wait for it
   */
  Process startAgentProcess(boolean untilReady) throws IOException {
    return startAgentProcess("node-1", top.resolve("agent"), controller.url(), untilReady);
  }

  /**
   * Starts an agent of a name that reaches the controller at a URL.
   *
   * @param users whom its sessions run as, by number; then it has two slots
   */
  Process startAgentProcess(String name, Path data, URI url, boolean untilReady, Integer... users)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                AgentProcess.class.getName(),
                url.toString(),
                data.toString(),
                name));
    Arrays.stream(users).map(String::valueOf).forEach(command::add);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader reader = process.inputReader();
    if (untilReady) {
      assertEquals("ready", reader.readLine());
    }
    return process;
  }

  void startAgent() throws InterruptedException {
    startAgent(UnaryOperator.identity());
  }

  void startAgent(UnaryOperator<AgentSettings> change) throws InterruptedException {
    RunningAgent running = RunningAgent.start(top.resolve("agent"), client, io, publisher, change);
    agent = running.agent();
    agentThread = running.thread();
  }

  void stopAgent() {
    if (agent != null) {
      agent.close();
      agent = null;
      assertFalse(agentThread.isAlive() && !joined());
    }
  }

  boolean joined() {
    try {
      return agentThread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      return false;
    }
  }

  String submit(int frames, String onRun) throws IOException {
    String template =
        """
        specificationVersion: jobtemplate-2023-09
        name: shot
        parameterDefinitions:
          - {name: Scene, type: PATH, objectType: FILE, dataFlow: IN}
          - {name: Tex, type: PATH, objectType: DIRECTORY, dataFlow: IN}
          - {name: Out, type: PATH, objectType: DIRECTORY, dataFlow: OUT}
        steps:
          - name: Render
            parameterSpace:
              taskParameterDefinitions:
                - {name: Frame, type: INT, range: 1-%d}
            script:
              actions:
                onRun:
        %s
        """
            .formatted(frames, onRun.indent(10));
    return submitTemplate(
        template,
        Map.of(
            "Scene", "/mnt/show/in/scene.txt",
            "Tex", "P:\\show\\in\\tex",
            "Out", "/mnt/show/out"));
  }

  /** A job whose frames are lines of a shell, by a folder {@code Out}. */
  static String framesTemplate(String name, int frames, String script) {
    return """
    specificationVersion: jobtemplate-2023-09
    name: %s
    parameterDefinitions:
      - {name: Out, type: PATH, objectType: DIRECTORY, dataFlow: OUT}
    steps:
      - name: Render
        parameterSpace:
          taskParameterDefinitions:
            - {name: Frame, type: INT, range: 1-%d}
        script:
          actions:
            onRun:
              command: sh
              args: ['-c', '%s']
    """
        .formatted(name, frames, script);
  }

  /** Makes a folder with these permissions, whatever the umask is. */
  static void openTo(Path folder, String permissions) throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
  }

  /** A job of one task, named so, whose files go to the folder {@code out-NAME} of the show. */
  String submitScript(String name, String script) throws IOException {
    return submitTemplate(
        """
        specificationVersion: jobtemplate-2023-09
        name: %s
        parameterDefinitions:
          - {name: Out, type: PATH, objectType: DIRECTORY, dataFlow: OUT}
        steps:
          - name: Only
            script:
              embeddedFiles:
                - name: Run
                  type: TEXT
                  runnable: true
                  data: |
                    #!/bin/sh
        %s
              actions: {onRun: {command: '{{Task.File.Run}}'}}
        """
            .formatted(name, script.indent(12)),
        Map.of("Out", "/mnt/show/out-" + name),
        "key-" + name,
        1);
  }

  String submitTemplate(String template, Map<String, String> parameters) throws IOException {
    return submitTemplate(template, parameters, "key-1", 1);
  }

  String submitTemplate(
      String template, Map<String, String> parameters, String key, int maxAttempts)
      throws IOException {
    var show =
        new Jobs.Location(
            "show", show("").toUri().toString(), List.of("/mnt/show", "P:\\show"), true);
    return submitTemplate(template, parameters, key, maxAttempts, show);
  }

  String submitTemplate(
      String template,
      Map<String, String> parameters,
      String key,
      int maxAttempts,
      Jobs.Location location)
      throws IOException {
    JsonNode document = YAML.readTree(template);
    return client
        .submit(
            new Jobs.Definition(
                document, List.of(), parameters, "", List.of(location), "default", 50, maxAttempts),
            key)
        .jobId();
  }

  Jobs.Summary awaitEnd(String job) {
    until(() -> client.job(job).state().isFinal());
    return client.job(job);
  }

  String log(String job, Jobs.Task task) {
    StringBuilder whole = new StringBuilder();
    long offset = 0;
    while (true) {
      String piece = client.readLog(job, task.taskId(), 0, offset).text();
      if (piece.isEmpty()) {
        return whole.toString();
      }
      whole.append(piece);
      offset += piece.getBytes(StandardCharsets.UTF_8).length;
    }
  }

  Path show(String path) {
    return top.resolve("show").resolve(path);
  }

  static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static List<String> listed(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> !name.equals(".stoker"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static void until(BooleanSupplier condition) {
    Until.holds(BOUND, condition, () -> "the condition did not come true in time");
  }
}
