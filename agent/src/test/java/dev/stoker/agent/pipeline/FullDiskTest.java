package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.stoker.agent.profile.RendererProfiles;
import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.io.publish.OutputPublisher;
import dev.stoker.io.testing.FailingDisk;
import dev.stoker.io.testing.SmallDisk;
import dev.stoker.io.testing.Trials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Suite F6 for the agent and for the controller's database: a disk is full, or turns read-only, and
 * every attempt ends as the node's fault, nothing is visible in part, nothing accepted is lost, and
 * all goes on when there is space again. Mounts a tmpfs and ext4, which needs root.
 */
@Timeout(240)
class FullDiskTest {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final int FRAME_BYTES = 300_000;

  @TempDir Path top;
  private final FolderIo io = new FolderIo();
  private final List<AutoCloseable> mounted = new ArrayList<>();
  private OutputPublisher publisher;
  private ControllerServer controller;
  private ControllerClient client;
  private NodeAgent agent;
  private Thread agentThread;
  private Path out;

  @BeforeEach
  void folders() throws IOException {
    out = Files.createDirectories(top.resolve("out"));
    publisher = Publishing.toFiles();
  }

  @AfterEach
  void end() throws Exception {
    stopAgent();
    stopController();
    publisher.close();
    for (AutoCloseable disk : mounted) {
      disk.close();
    }
  }

  private SmallDisk disk(String name, int mebibytes) throws Exception {
    SmallDisk disk = SmallDisk.mount(Files.createDirectories(top.resolve(name)), mebibytes);
    mounted.add(disk);
    return disk;
  }

  private FailingDisk failingDisk(String name) throws Exception {
    FailingDisk disk = FailingDisk.mount(Files.createDirectories(top.resolve(name)), 16);
    mounted.add(disk);
    return disk;
  }

  /** An agent's data folder with some of its folders on a disk of their own. */
  private Path dataOn(Path disk, String... folders) throws IOException {
    Path data = Files.createDirectories(top.resolve("agent-" + disk.getFileName()));
    for (String folder : folders) {
      Files.createSymbolicLink(data.resolve(folder), Files.createDirectory(disk.resolve(folder)));
    }
    return data;
  }

  private Path dataOn(Path disk) throws IOException {
    return dataOn(disk, "attempts", "shims", "sessions", "outbox");
  }

  /**
   * Each attempt takes one go of its job, so that a test can fill the disk at a moment of its
   * choice.
   */
  private String submitWaiting(String key, String render) {
    return submit(
        key,
        1,
        "echo started >> %s; while ! rm %s 2> /dev/null; do sleep 0.02; done; %s"
            .formatted(top.resolve("started"), top.resolve("go-" + key), render));
  }

  private static String frame(String key, long bytes) {
    return "head -c %d /dev/zero | tr \"\\0\" \"x\" > {{Param.Out}}/%s-1.raw".formatted(bytes, key);
  }

  private String submit(String key, int frames, int frameBytes, int logBytes) {
    return submit(
        key,
        frames,
        "while [ ! -e %s ]; do sleep 0.02; done; head -c %d /dev/zero | tr \"\\0\" \"l\" | fold -w 999; head -c %d /dev/zero | tr \"\\0\" \"x\" > {{Param.Out}}/%s-{{Task.Param.Frame}}.raw"
            .formatted(top.resolve("go"), logBytes, frameBytes, key));
  }

  private String submit(String key, int frames, String script) {
    try {
      String template =
          """
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
                    args: ['-ec', '%s']
          """
              .formatted(key, frames, script);
      ObjectMapper yaml = new YAMLMapper();
      return client
          .submit(
              new Jobs.Definition(
                  yaml.readTree(template),
                  List.of(),
                  Map.of("Out", "/mnt/out"),
                  "",
                  List.of(
                      new Jobs.Location("out", out.toUri().toString(), List.of("/mnt/out"), true)),
                  "default",
                  50,
                  1),
              key)
          .jobId();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void startController(Path data) {
    controller = ControllerServer.start(ControllerSettings.loopback(data, 0));
    client = new ControllerClient(controller.url(), null);
  }

  private void stopController() {
    if (controller != null) {
      client.close();
      controller.close();
      controller = null;
    }
  }

  private void startAgent(Path data) throws InterruptedException {
    RunningAgent running = RunningAgent.start(data, client, io, publisher);
    agent = running.agent();
    agentThread = running.thread();
  }

  private void stopAgent() throws InterruptedException {
    if (agent != null) {
      agent.close();
      agent = null;
      assertTrue(agentThread.join(Duration.ofSeconds(20)), "the agent ends");
    }
  }

  private void go(String key) throws IOException {
    Files.writeString(top.resolve("go-" + key), "");
  }

  private void go() throws IOException {
    Files.writeString(top.resolve("go"), "");
  }

  private void awaitStart(int starts) {
    Path started = top.resolve("started");
    until(
        () -> {
          try {
            return Files.exists(started) && Files.readAllLines(started).size() >= starts;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private Jobs.Attempt awaitFirstAttempt(String job) {
    until(
        () -> {
          List<Jobs.Attempt> attempts = client.tasks(job, null, 1).tasks().getFirst().attempts();
          return !attempts.isEmpty() && attempts.getFirst().outcome() != null;
        });
    return client.tasks(job, null, 1).tasks().getFirst().attempts().getFirst();
  }

  /** An attempt that a disk ended: failed, by a sentence that names the disk. */
  private void judgeFault(Trials trials, String job, Path disk) throws IOException {
    trials.trial();
    Jobs.Attempt first = awaitFirstAttempt(job);
    if (first.outcome() != Finish.Outcome.FAILED) {
      trials.lost("the attempt ended as " + first.outcome() + ": " + first.message());
    } else if (!first.message().contains(disk.toRealPath().toString())
        && !first.message().contains("/agent-" + disk.getFileName() + "/")) {
      trials.lost("no disk is named: " + first.message());
    }
    if (client.job(job).state().isFinal()) {
      trials.lost("the node's fault ended the job: " + client.job(job).message());
    }
    judgeNothingVisible(trials);
  }

  private void judgeNothingVisible(Trials trials) throws IOException {
    try (Stream<Path> visible = Files.list(out)) {
      visible.forEach(file -> trials.corrupt(file + " is visible"));
    }
  }

  private Jobs.Summary awaitEnd(String job) {
    until(() -> client.job(job).state().isFinal());
    return client.job(job);
  }

  /** Looks at what is visible: whole frames, of which none was granted twice. */
  private void judge(Trials trials, String job, String key, int frames, boolean shouldSucceed)
      throws IOException {
    Jobs.Summary summary = awaitEnd(job);
    if ((summary.state() == Jobs.State.SUCCEEDED) != shouldSucceed) {
      trials.lost("job " + key + " ended as " + summary.state() + ": " + summary.message());
    }
    for (int frame = 1; frame <= frames; frame++) {
      Path file = out.resolve(key + "-" + frame + ".raw");
      if (Files.exists(file)) {
        byte[] bytes = Files.readAllBytes(file);
        for (byte one : bytes) {
          if (one != 'x' || bytes.length != FRAME_BYTES) {
            trials.corrupt(file + " is visible, but in part");
            break;
          }
        }
      } else if (shouldSucceed) {
        trials.lost(file + " was never published");
      }
    }
    for (Jobs.Task task : client.tasks(job, null, 100).tasks()) {
      if (task.attempts().stream().filter(Jobs.Attempt::granted).count() > 1) {
        trials.doubled("task " + task.taskId() + " was granted twice");
      }
    }
  }

  @Test
  void aFullDatabaseRefusesInOneSentenceAndLosesNothingItAccepted() throws Exception {
    Trials trials = new Trials("F6 database");
    SmallDisk disk = disk("controller", 12);
    startController(disk.folder());
    List<String> accepted = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      trials.trial();
      accepted.add(submit("before" + round, 1, FRAME_BYTES, 10));
      disk.fill();
      ControllerException refused = null;
      for (int i = 0; i < 200 && refused == null; i++) {
        try {
          accepted.add(submit("during" + round + "-" + i, 1, FRAME_BYTES, 10));
        } catch (ControllerException e) {
          refused = e;
        }
      }
      if (refused == null) {
        trials.lost("a full disk took 200 jobs");
      } else if (!refused.retryable() || refused.sentence().isBlank()) {
        trials.lost("the refusal does not help: " + refused.status() + " " + refused.sentence());
      }
      disk.free();
      accepted.add(submit("after" + round, 1, FRAME_BYTES, 10));
      if (round == 1) {
        stopController();
        startController(disk.folder());
      }
      for (String job : accepted) {
        try {
          client.job(job);
        } catch (ControllerException e) {
          trials.lost("the accepted job " + job + ": " + e.sentence());
        }
      }
    }
    go();
    startAgent(top.resolve("agent"));
    for (String job : List.of(accepted.getFirst(), accepted.getLast())) {
      trials.trial();
      String name = client.job(job).name();
      judge(trials, job, name, 1, true);
    }
    trials.end();
  }

  @Test
  void anOutputLargerThanTheAgentsDiskIsTheNodesFaultAndTheAgentWorksOn() throws Exception {
    Trials trials = new Trials("F6 spool");
    SmallDisk disk = disk("spool", 24);
    startController(top.resolve("controller"));
    startAgent(dataOn(disk.folder()));
    go("big");
    String big = submitWaiting("big", frame("big", 60 << 20));
    judgeFault(trials, big, disk.folder());
    client.cancel(big);
    awaitEnd(big);
    go("blind");
    String blind = submitWaiting("blind", frame("blind", 60 << 20) + " || true");
    judgeFault(trials, blind, disk.folder());
    client.cancel(blind);
    awaitEnd(blind);
    trials.trial();
    go("small");
    judge(trials, submitWaiting("small", frame("small", FRAME_BYTES)), "small", 1, true);
    trials.end();
  }

  @Test
  void aDiskThatFillsUpUnderARendererCostsAnAttemptAndNoMore() throws Exception {
    Trials trials = new Trials("F6 spool, log and status");
    startController(top.resolve("controller"));
    int starts = 0;
    for (String[] folders :
        new String[][] {{"attempts", "shims", "sessions", "outbox"}, {"attempts"}}) {
      String key = "on" + folders.length;
      SmallDisk disk = disk(key, 8);
      startAgent(dataOn(disk.folder(), folders));
      String job = submitWaiting(key, "echo hello; " + frame(key, FRAME_BYTES));
      awaitStart(++starts);
      disk.fill();
      go(key);
      judgeFault(trials, job, disk.folder());
      disk.free();
      if (folders.length == 1) {
        // Each retry fails at once there, and three in a row take the agent out of service.
        stopAgent();
        startAgent(top.resolve("agent-" + key));
      }
      go(key);
      judge(trials, job, key, 1, true);
      starts++;
      Files.delete(out.resolve(key + "-1.raw"));
      stopAgent();
    }
    trials.end();
  }

  @Test
  void aTaskThatEndedWellIsPublishedThoughItsStatusFindsNoRoom() throws Exception {
    Trials trials = new Trials("F6 status");
    SmallDisk disk = disk("status", 4);
    startController(top.resolve("controller"));
    startAgent(dataOn(disk.folder(), "shims"));
    String job = submitWaiting("status", frame("status", FRAME_BYTES));
    awaitStart(1);
    disk.fill();
    go("status");
    trials.trial();
    judge(trials, job, "status", 1, true);
    trials.end();
  }

  @Test
  void anAgentsDiskThatTurnsReadOnlyEndsTheAttemptAndAnotherAgentRendersIt() throws Exception {
    Trials trials = new Trials("F6 agent, read-only");
    FailingDisk disk = failingDisk("worn");
    startController(top.resolve("controller"));
    startAgent(dataOn(disk.folder()));
    String job = submitWaiting("worn", frame("worn", FRAME_BYTES));
    awaitStart(1);
    disk.turnReadOnly();
    go("worn");
    judgeFault(trials, job, disk.folder());
    stopAgent();
    startAgent(top.resolve("agent"));
    go("worn");
    judge(trials, job, "worn", 1, true);
    trials.end();
  }

  @Test
  void aDatabaseThatTurnsReadOnlyRefusesAndLosesNothingItAccepted() throws Exception {
    Trials trials = new Trials("F6 database, read-only");
    FailingDisk disk = failingDisk("database");
    startController(disk.folder());
    List<String> accepted = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      accepted.add(submit("before" + i, 1, FRAME_BYTES, 10));
    }
    disk.turnReadOnly();
    trials.trial();
    try {
      submit("during", 1, FRAME_BYTES, 10);
      trials.lost("a read-only disk took a job");
    } catch (ControllerException e) {
      if (!e.retryable() || e.sentence().isBlank()) {
        trials.lost("the refusal does not help: " + e.status() + " " + e.sentence());
      }
    }
    stopController();
    // What a person does: saves the folder to a good disk.
    Path saved = Files.createDirectories(top.resolve("saved"));
    try (Stream<Path> files = Files.list(disk.folder())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, saved.resolve(file.getFileName()));
      }
    }
    startController(saved);
    go();
    startAgent(top.resolve("agent"));
    for (int i = 0; i < 5; i++) {
      trials.trial();
      judge(trials, accepted.get(i), "before" + i, 1, true);
    }
    trials.end();
  }

  @Test
  void aReadOnlyDiskIsNamedByWhoeverStartsOnIt() throws Exception {
    Trials trials = new Trials("F6 read-only");
    SmallDisk disk = disk("data", 4);
    disk.readOnly(true);
    trials.trial();
    RuntimeException database =
        assertThrows(RuntimeException.class, () -> startController(disk.folder()));
    if (!String.valueOf(database.getMessage()).contains(disk.folder().toString())) {
      trials.lost("the controller does not name its folder: " + database);
    }
    trials.trial();
    startController(top.resolve("controller"));
    try {
      NodeAgent stuck =
          new NodeAgent(
              AgentSettings.of("node-1", "test", disk.folder()),
              client,
              io,
              publisher,
              RendererProfiles.load());
      stuck.run(() -> fail("It is ready on a disk that it cannot write."));
      trials.lost("the agent ran");
    } catch (IOException | UncheckedIOException e) {
      if (!String.valueOf(e.getMessage()).contains(disk.folder().toString())) {
        trials.lost("the agent does not name its folder: " + e);
      }
    }
    trials.end();
  }

  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + BOUND.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        fail("It did not happen within " + BOUND + ".");
      }
      LockSupport.parkNanos(20_000_000); // polls files and a server; bounded above
    }
  }
}
