package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoker.agent.launch.SessionBinding.JobUser;
import dev.stoker.agent.node.SlotLayout;
import dev.stoker.agent.node.SlotRule;
import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.protocol.Finish.Outcome;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.protocol.Registration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Agents that are killed, and the ones that come after them. */
class AdoptionTest extends AgentFarm {
  private final List<Process> agents = new ArrayList<>();
  private Path pids;
  private Path go;

  @BeforeEach
  void name() {
    pids = top.resolve("pids");
    go = top.resolve("go");
  }

  @AfterEach
  void endProcesses() throws IOException, InterruptedException {
    write(go, "");
    stopAgent();
    for (Process process : agents) {
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    for (Path shim : files("agent/shims", "shim.pid")) {
      String[] words = read(shim).split(" ", -1);
      ProcessHandle.of(Long.parseLong(words[0])).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void aRendererOutlivesTwoAgentsAndItsFrameIsRenderedOnceWithAllOfItsLog() throws Exception {
    Process first = agent();
    String job = submitCounting();
    awaitLines(job, "line 3");
    kill(first);
    Process second = agent();
    int seen = numberOfLines(job);
    until(() -> numberOfLines(job) > seen + 5);
    // Its next heartbeat tells how far the renderer is.
    until(() -> attempt(job).phaseFraction() == 0.05);
    assertTrue(isAlive(onlyPid()));
    kill(second);
    startAgent();
    int seenThen = numberOfLines(job);
    until(() -> numberOfLines(job) > seenThen + 5);
    String other = submitOther();
    write(go, "");
    assertRenderedOnce(job);
    assertEquals(Jobs.State.SUCCEEDED, awaitEnd(other).state());
    assertTrue(read(top.resolve("other")).startsWith("done"), "its slot was taken until the end");
  }

  @Test
  void aSessionOfAnAccountOfItsOwnKeepsItAndNoOtherGetsIt() throws Exception {
    assertTrue(Isolation.isRoot() || !"true".equals(System.getenv("CI")), "needs root");
    assumeTrue(Isolation.isRoot(), "needs root to run jobs as other users");
    List<Integer> numbers = IntStream.range(78_200, 78_212).boxed().toList();
    openTo(top, "rwxrwxrwx");
    openTo(show(""), "rwxrwxrwx");
    Process first =
        startAgentProcess(
            "node-1",
            top.resolve("agent"),
            controller.url(),
            true,
            numbers.toArray(Integer[]::new));
    agents.add(first);
    String job = submitCounting();
    awaitLines(job, "line 3");
    kill(first);
    String account = accountOf(onlyPid());
    assertTrue(numbers.contains(Integer.valueOf(account)), account);
    startAgent(
        settings ->
            settings
                .withSlots(new SlotRule.Count(2), SlotLayout.Reserve.NONE)
                .withUsers(
                    numbers.stream()
                        .map(number -> new JobUser(number, number, List.of(number)))
                        .toList()));
    // One after the other: a task that waits ahead would do so in the taken slot.
    for (int other = 1; other <= 3; other++) {
      String name = "other-" + other;
      String next = submitScript(name, "id -u > {{Param.Out}}/account.txt");
      assertEquals(Jobs.State.SUCCEEDED, awaitEnd(next).state());
      assertNotEquals(account, read(show("out-" + name + "/account.txt")).strip());
    }
    assertEquals(account, accountOf(onlyPid()));
    write(go, "");
    assertRenderedOnce(job);
  }

  private static String accountOf(String pid) throws IOException {
    return String.valueOf(Files.getAttribute(Path.of("/proc/" + pid), "unix:uid"));
  }

  @Test
  void whatEndedWhileNoAgentLivedIsPublishedByTheNext() throws Exception {
    Process first = agent();
    String job = submitCounting();
    awaitLines(job, "line 3");
    kill(first);
    String pid = onlyPid();
    write(go, "");
    until(() -> !isAlive(pid));
    startAgent();
    assertRenderedOnce(job);
  }

  @Test
  void aSessionGoesOnEnteringItsEnvironmentsAndServesItsNextTaskAndIsLeftOnce() throws Exception {
    Path entered = top.resolve("entered");
    Path enter = top.resolve("enter");
    Path left = top.resolve("left");
    Process first = agent();
    String job =
        submitTemplate(
            """
            specificationVersion: jobtemplate-2023-09
            name: shot
            extensions: [REDACTED_ENV_VARS]
            parameterDefinitions:
              - {name: Out, type: PATH, objectType: DIRECTORY, dataFlow: OUT}
            jobEnvironments:
              - name: Outer
                script:
                  actions:
                    onEnter: {command: sh, args: ['-c', 'echo outer; echo "openjd_env: OUTER=o"; echo "openjd_redacted_env: KEY=s3cret"']}
                    onExit: {command: sh, args: ['-c', 'echo outer >> %1$s']}
              - name: Inner
                variables: {INNER: "i"}
                script:
                  actions:
                    onEnter: {command: sh, args: ['-c', 'echo $$ >> %2$s; while [ ! -e %3$s ]; do sleep 0.02; done; echo "openjd_env: LATE=$OUTER$KEY"; setsid sleep 300 & echo $! >> %4$s']}
                    onExit: {command: sh, args: ['-c', 'echo inner >> %1$s']}
            steps:
              - name: Render
                parameterSpace: {taskParameterDefinitions: [{name: Frame, type: INT, range: 1-2}]}
                script:
                  actions:
                    onRun: {command: sh, args: ['-c', 'kill -0 $(cat %4$s) && echo "$OUTER $INNER $LATE $KEY" > {{Param.Out}}/f{{Task.Param.Frame}}.txt; echo my key is $KEY']}
            """
                .formatted(left, entered, enter, top.resolve("daemon")),
            Map.of("Out", "/mnt/show/out"));
    until(() -> !read(entered).isBlank());
    kill(first);
    Process second = agent();
    write(enter, "");
    assertEquals(Jobs.State.SUCCEEDED, awaitEnd(job).state());
    assertEquals("o i os3cret s3cret\n", Files.readString(show("out/f1.txt")));
    assertEquals("o i os3cret s3cret\n", Files.readString(show("out/f2.txt")));
    assertEquals(1, read(entered).lines().count());
    for (Jobs.Task task : client.tasks(job, null, 10).tasks()) {
      assertEquals(1, task.attempts().size());
      until(() -> log(job, task).contains("my key is ********"));
      assertFalse(log(job, task).contains("s3cret"));
    }
    // The session waits for another task of its step; the third agent leaves it.
    assertFalse(Files.exists(left));
    kill(second);
    startAgent();
    until(() -> read(left).lines().count() == 2);
    assertEquals("inner\nouter\n", read(left));
    until(() -> !isAlive(read(top.resolve("daemon")).strip()));
  }

  @Test
  void outputsThatWereOnTheirWayAreGoneOnWithAndNotRenderedAgain() throws Exception {
    Process first = agent();
    int files = 600;
    String job =
        submitTemplate(
            template(
                "echo $$ >> %s; echo all; for i in $(seq %d); do echo $i > {{Param.Out}}/f$i.txt; done"
                    .formatted(pids, files)),
            Map.of("Out", "/mnt/show/out"));
    until(() -> !files("agent/outbox", "f7.txt").isEmpty());
    until(() -> files("show/out/.stoker", "").size() > 5);
    kill(first);
    assertTrue(listed(show("out")).isEmpty(), "nothing is visible yet");
    startAgent();
    assertEquals(Jobs.State.SUCCEEDED, awaitEnd(job).state());
    assertEquals(files, listed(show("out")).size());
    assertEquals(1, read(pids).lines().count());
    Jobs.Task task = client.tasks(job, null, 1).tasks().getFirst();
    assertEquals(1, task.attempts().size());
    until(() -> log(job, task).equals("all\n"));
    assertFalse(Files.exists(show("out/.stoker")));
    until(() -> listed(top.resolve("agent/outbox")).isEmpty());
  }

  @Test
  void aRendererOfAnotherBootIsNotMistakenForOneThatRunsNow() throws Exception {
    Process first = agent();
    String job = submitCounting();
    awaitLines(job, "line 3");
    kill(first);
    String pid = onlyPid();
    write(files("agent/shims", "boot").getFirst(), "another");
    startAgent();
    assertEndedAndRenderedAgain(job, pid, "its processes are gone");
  }

  @Test
  void aSessionThatThisReleaseCannotReadIsEnded() throws Exception {
    Process first = agent();
    String job = submitCounting();
    awaitLines(job, "line 3");
    kill(first);
    String pid = onlyPid();
    Path record = files("agent/shims", "session.json").getFirst();
    write(record, read(record).replace("\"version\":1", "\"version\":99"));
    startAgent();
    assertEndedAndRenderedAgain(job, pid, "its record has the form 99, not 1");
  }

  @Test
  void aRendererOfASlotThatIsNoMoreIsEnded() throws Exception {
    Process first = agent();
    String job = submitCounting();
    awaitLines(job, "line 3");
    kill(first);
    String pid = onlyPid();
    Path record = files("agent/shims", "session.json").getFirst();
    write(record, read(record).replaceFirst("STOKER_CPUS=[0-9,-]+", "STOKER_CPUS=77"));
    startAgent();
    assertEndedAndRenderedAgain(job, pid, "its slot slot-0 is not what it was");
  }

  @Test
  void aRendererWhoseLeaseWasGivenUpIsKilledAndPublishesNothing() throws Exception {
    Process first = agent();
    String job = submitCounting();
    awaitLines(job, "line 3");
    kill(first);
    String pid = onlyPid();
    client.suspend(job);
    // Somebody else comes under this node's name and knows nothing of the lease.
    Registration.Response other =
        client.register(
            new Registration.Request(
                "node-1",
                "test",
                Protocol.OLDEST,
                Protocol.NEWEST,
                List.of(new Registration.Slot("slot-0", 1, 1L << 30, 0, 0)),
                Map.of()));
    client
        .withToken(other.nodeToken())
        .heartbeat(other.nodeId(), new Heartbeat.Request(List.of(), null));
    startAgent();
    until(() -> !isAlive(pid));
    until(() -> listed(top.resolve("agent/attempts")).isEmpty());
    assertEquals(List.of(), listed(show("out")));
    assertEquals(List.of(), files("agent/shims", "shim.pid"));
  }

  @Test
  void aRendererIsKilledWhenItsTermPassesAndNoControllerAnswers() throws Exception {
    Process first = agent();
    String job = submitCounting();
    awaitLines(job, "line 3");
    kill(first);
    String pid = onlyPid();
    int port = controller.url().getPort();
    controller.close();
    Path record = files("agent/attempts", ".json").getFirst();
    write(record, read(record).replaceFirst("\"termMillis\":\\d+", "\"termMillis\":1500"));
    Process second = startAgentProcess(false);
    agents.add(second);
    until(() -> !isAlive(pid));
    assertEquals("", read(show("out/f.txt")));
    controller =
        ControllerServer.start(ControllerSettings.loopback(top.resolve("controller"), port));
    write(go, "");
    assertEquals(Jobs.State.SUCCEEDED, awaitEnd(job).state());
    assertEquals(2, read(pids).lines().count());
  }

  private void assertEndedAndRenderedAgain(String job, String pid, String why) throws IOException {
    until(() -> !isAlive(pid));
    write(go, "");
    assertEquals(Jobs.State.SUCCEEDED, awaitEnd(job).state());
    List<Jobs.Attempt> attempts = client.tasks(job, null, 1).tasks().getFirst().attempts();
    assertEquals(
        List.of(Outcome.RETURNED, Outcome.SUCCEEDED),
        attempts.stream().map(Jobs.Attempt::outcome).toList());
    assertTrue(attempts.getFirst().message().contains(why), attempts.getFirst().message());
    assertEquals(2, read(pids).lines().count());
  }

  /** Its frame says how many lines it wrote; the log has each of them, once, in order. */
  private void assertRenderedOnce(String job) throws IOException {
    Jobs.Summary summary = awaitEnd(job);
    assertEquals(Jobs.State.SUCCEEDED, summary.state(), summary.message());
    assertEquals(1, read(pids).lines().count());
    Jobs.Task task = client.tasks(job, null, 1).tasks().getFirst();
    assertEquals(1, task.attempts().size());
    assertEquals(
        List.of("fetch", "render", "publish"),
        task.attempts().getFirst().timeline().stream().map(span -> span.name()).toList());
    int lines = Integer.parseInt(Files.readString(show("out/f.txt")).strip());
    StringBuilder whole = new StringBuilder();
    for (int line = 1; line <= lines; line++) {
      whole.append("line ").append(line).append("\nopenjd_progress: 5\n");
    }
    until(() -> log(job, task).length() >= whole.length());
    assertEquals(whole.toString(), log(job, task));
  }

  private String submitCounting() throws IOException {
    return submitTemplate(
        template(
            "echo $$ >> %s; i=0; while [ ! -e %s ]; do i=$((i+1)); echo line $i; echo openjd_progress: 5; sleep 0.02; done; echo $i > {{Param.Out}}/f.txt"
                .formatted(pids, go)),
        Map.of("Out", "/mnt/show/out"));
  }

  private String submitOther() throws IOException {
    return submitTemplate(
        template(
            "[ -e %s ] && echo done > %s || echo early > %s"
                .formatted(go, top.resolve("other"), top.resolve("other"))),
        Map.of("Out", "/mnt/show/out"),
        "other",
        1);
  }

  private static String template(String script) {
    return """
    specificationVersion: jobtemplate-2023-09
    name: shot
    parameterDefinitions:
      - {name: Out, type: PATH, objectType: DIRECTORY, dataFlow: OUT}
    steps:
      - name: Render
        script:
          actions:
            onRun: {command: sh, args: ['-c', '%s']}
    """
        .formatted(script);
  }

  private Jobs.Attempt attempt(String job) {
    return client.tasks(job, null, 1).tasks().getFirst().attempts().getLast();
  }

  private Process agent() throws IOException {
    Process process = startAgentProcess();
    agents.add(process);
    return process;
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    assertTrue(process.waitFor(10, TimeUnit.SECONDS));
  }

  private String onlyPid() {
    List<String> all = read(pids).lines().toList();
    assertEquals(1, all.size());
    return all.getFirst();
  }

  private static boolean isAlive(String pid) {
    String stat = read(Path.of("/proc/" + pid + "/stat"));
    return !stat.isEmpty() && !stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
  }

  private void awaitLines(String job, String line) {
    until(() -> !client.tasks(job, null, 1).tasks().getFirst().attempts().isEmpty());
    until(() -> log(job, client.tasks(job, null, 1).tasks().getFirst()).contains(line));
  }

  private int numberOfLines(String job) {
    return (int) log(job, client.tasks(job, null, 1).tasks().getFirst()).lines().count();
  }

  /** Regular files below a folder of the test whose names end so. */
  private List<Path> files(String below, String ending) {
    Path folder = top.resolve(below);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> file.getFileName().toString().endsWith(ending))
          .toList();
    } catch (IOException | java.io.UncheckedIOException e) {
      return List.of(); // changed while it was walked
    }
  }
}
