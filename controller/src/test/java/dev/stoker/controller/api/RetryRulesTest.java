package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Finish.Cause;
import dev.stoker.controller.protocol.Finish.Retry;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Nodes;
import dev.stoker.controller.protocol.TaskUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the controller makes of causes, of another try's worth, and of nodes that are not well. */
@Timeout(60)
class RetryRulesTest {
  private static final TaskUsage USAGE =
      new TaskUsage(12.5, 1.5, 1 << 20, 2 << 20, 3, 4, 0.5, 5, 6, 7, 8);

  @TempDir Path folder;
  private ControllerServer server;
  private ControllerClient people;
  private ScriptedAgent node;

  @BeforeEach
  void start() {
    server = ControllerServer.start(ControllerSettings.loopback(folder.resolve("data"), 0));
    people = new ControllerClient(server.url(), null);
    node = new ScriptedAgent(server.url(), null, "node-1");
  }

  @AfterEach
  void end() {
    node.close();
    people.close();
    server.close();
  }

  private String submit(int maxAttempts) throws IOException {
    String template =
        """
        specificationVersion: jobtemplate-2023-09
        name: one
        steps:
          - name: Render
            script: {actions: {onRun: {command: render}}}
        """;
    return people
        .submit(
            new Jobs.Definition(
                new YAMLMapper().readTree(template),
                List.of(),
                Map.of(),
                "",
                List.of(),
                "default",
                50,
                maxAttempts),
            "key")
        .jobId();
  }

  private static void fail(
      ScriptedAgent agent, Leasing.Lease lease, @Nullable Cause cause, @Nullable Retry retry) {
    agent.client.finish(
        lease.leaseId(),
        new Finish.Request(
            lease.attempt(),
            Finish.Outcome.FAILED,
            1,
            "It failed.",
            false,
            List.of(),
            0,
            0,
            0,
            cause,
            retry,
            USAGE));
  }

  private Jobs.Task task(String job) {
    return people.tasks(job, null, 1).tasks().getFirst();
  }

  @Test
  void aRefusedLicenceCostsNoAttemptAndIsAskedForAgainLater() throws Exception {
    String job = submit(1);
    Leasing.Lease lease = node.lease(1, 0).getFirst();
    fail(node, lease, Cause.LICENCE_REFUSED, null);
    Jobs.Task waiting = task(job);
    assertEquals(Jobs.TaskState.READY, waiting.state());
    assertEquals(Cause.LICENCE_REFUSED, waiting.attempts().getFirst().cause());
    assertEquals(List.of(), node.lease(1, 0), "it waits before it asks again");
    String why = String.join(" ", people.why(job, waiting.taskId()).reasons());
    assertTrue(why.startsWith("It was refused a licence once and is tried again at "), why);
  }

  @Test
  void whatFailsEverywhereIsGivenUpAtOnce() throws Exception {
    String job = submit(5);
    fail(node, node.lease(1, 0).getFirst(), Cause.FAILED, Retry.NEVER);
    assertEquals(Jobs.State.FAILED, people.job(job).state());
  }

  @Test
  void aFailureThatSpeaksNotAgainstItsNodeMayBeTriedThereAgain() throws Exception {
    try (ScriptedAgent other = new ScriptedAgent(server.url(), null, "node-2")) {
      String job = submit(5);
      fail(node, node.lease(1, 0).getFirst(), Cause.FAILED, Retry.HERE);
      Leasing.Lease again = node.lease(1, 0).getFirst();
      fail(node, again, Cause.FAILED, null);
      assertEquals(List.of(), node.lease(1, 0), "an ordinary failure does");
      assertEquals(2, task(job).attempts().size());
      assertEquals(2, people.nodes().nodes().size(), other.nodeId);
    }
  }

  @Test
  void whatProcessesTakeIsShownWhileTheyRunAndAfterwards() throws Exception {
    String job = submit(5);
    Leasing.Lease lease = node.lease(1, 0).getFirst();
    node.client.heartbeat(
        node.nodeId,
        new Heartbeat.Request(
            List.of(
                new Heartbeat.Held(
                    lease.leaseId(),
                    1,
                    Heartbeat.Phase.RENDERING,
                    0.5,
                    "",
                    0,
                    0,
                    USAGE,
                    List.of())),
            null));
    assertEquals(USAGE, task(job).attempts().getFirst().usage());
    fail(node, lease, Cause.STALLED, null);
    assertEquals(USAGE, task(job).attempts().getFirst().usage());
    assertEquals(Cause.STALLED, task(job).attempts().getFirst().cause());
  }

  @Test
  void aNodeThatTakesNoWorkSaysWhyToWhoeverAsks() throws Exception {
    String job = submit(1);
    node.client.heartbeat(
        node.nodeId,
        new Heartbeat.Request(
            List.of(), new Heartbeat.NodeStatus(0, 0, 0, "GPU GPU-0 counts memory errors", null)));
    Nodes.Node shown = people.nodes().nodes().getFirst();
    assertEquals("GPU GPU-0 counts memory errors", shown.problem());
    assertTrue(
        people
            .why(job, task(job).taskId())
            .reasons()
            .contains("1 × The node takes no work: GPU GPU-0 counts memory errors."));
    node.heartbeat();
    assertNull(people.nodes().nodes().getFirst().problem());
    assertNotNull(node.lease(1, 0).getFirst());
  }
}
