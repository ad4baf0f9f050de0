package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.protocol.Registration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeAgentTest extends AgentFarm {
  @Test
  void aJobBecomesVisibleOutputsAndReadsWhatItDeclares() throws Exception {
    startAgent();
    String job =
        submit(
            3,
            """
            command: sh
            args: ['-c', 'cat {{Param.Scene}} {{Param.Tex}}/wood.txt > {{Param.Out}}/f{{Task.Param.Frame}}.txt; ls $(dirname {{Param.Scene}}); echo frame {{Task.Param.Frame}}']
            """);
    Jobs.Summary summary = awaitEnd(job);
    assertEquals(Jobs.State.SUCCEEDED, summary.state(), summary.message());
    for (int frame = 1; frame <= 3; frame++) {
      assertEquals("scenewood", Files.readString(show("out/f" + frame + ".txt")));
    }
    assertEquals(List.of("f1.txt", "f2.txt", "f3.txt"), listed(show("out")));
    Jobs.Task task = client.tasks(job, null, 10).tasks().getFirst();
    assertEquals(
        List.of("fetch", "render", "publish"),
        task.attempts().getLast().timeline().stream().map(Finish.Span::name).toList());
    until(() -> log(job, task).contains("frame 1"));
    assertFalse(log(job, task).contains("secret.txt"));
    assertEquals(1, io.requests.stream().map(request -> request.stageId()).distinct().count());
    stopAgent();
    assertEquals(List.of(), listed(top.resolve("agent/sessions")));
    assertEquals(List.of(), listed(top.resolve("agent/attempts")));
    assertEquals(List.of(), listed(top.resolve("agent/outbox")));
  }

  @Test
  void whatABundleReferencesIsStagedAndPublishedThoughNoParameterNamesIt() throws Exception {
    startAgent();
    JsonNode template =
        YAML.readTree(
            """
            specificationVersion: jobtemplate-2023-09
            name: bundle
            parameterDefinitions:
              - {name: Scene, type: PATH, objectType: FILE, dataFlow: IN}
              - {name: Out, type: PATH, objectType: DIRECTORY, dataFlow: OUT}
            steps:
              - name: Render
                script:
                  actions:
                    onRun:
                      command: sh
                      args: ['-c', 'cat $(dirname {{Param.Scene}})/tex/wood.txt > {{Param.Out}}/../passes/z.txt']
            """);
    Jobs.Definition definition =
        new Jobs.Definition(
            template,
            List.of(),
            Map.of("Scene", "/mnt/show/in/scene.txt", "Out", "/mnt/show/out"),
            "",
            List.of(
                new Jobs.Location(
                    "show", show("").toUri().toString(), List.of("/mnt/show", "P:\\show"), true)),
            "default",
            50,
            1,
            new Jobs.Assets(List.of("P:/show/in/tex/wood.txt"), List.of("/mnt/show/passes")));
    Jobs.Summary summary = awaitEnd(client.submit(definition, "bundle").jobId());
    assertEquals(Jobs.State.SUCCEEDED, summary.state(), summary.message());
    assertEquals("wood", Files.readString(show("passes/z.txt")));
  }

  @Test
  void theInputsOfTheNextTaskArriveWhileThisOneRenders() throws Exception {
    Path arrived = top.resolve("arrived");
    Files.writeString(show("in/a1.txt"), "1");
    Files.writeString(show("in/a2.txt"), "2");
    io.onStage =
        request -> {
          if (request.trees().toString().contains("a2.txt")) {
            write(arrived, "yes");
          }
        };
    startAgent();
    // The first task ends only when the second one's input has come.
    String job =
        submitTemplate(
            """
            specificationVersion: jobtemplate-2023-09
            name: ahead
            parameterDefinitions:
              - {name: Out, type: PATH, objectType: DIRECTORY, dataFlow: OUT}
            steps:
              - name: Render
                parameterSpace:
                  taskParameterDefinitions:
                    - {name: Asset, type: PATH, range: ['/mnt/show/in/a1.txt', '/mnt/show/in/a2.txt']}
                script:
                  actions:
                    onRun:
                      command: sh
                      args: ['-c', 'while [ ! -e %s ]; do sleep 0.02; done; cat {{Task.Param.Asset}}; cp {{Task.Param.Asset}} {{Param.Out}}/']
                      timeout: 40
            """
                .formatted(arrived),
            Map.of("Out", "/mnt/show/out"));
    assertEquals(Jobs.State.SUCCEEDED, awaitEnd(job).state());
    assertEquals(List.of("a1.txt", "a2.txt"), listed(show("out")));
  }

  @Test
  void whatWaitsBehindALongFrameIsRenderedByANodeThatComes() throws Exception {
    startAgent();
    // The first task ends only when the second one's output is there, which waits behind it.
    String job =
        submit(
            2,
            """
            command: sh
            args: ['-c', 'test {{Task.Param.Frame}} = 2 || while [ ! -e %s ]; do sleep 0.05; done; echo x > {{Param.Out}}/f{{Task.Param.Frame}}.txt']
            timeout: 60
            """
                .formatted(show("out/f2.txt")));
    until(() -> state(job, 1) == Jobs.TaskState.LEASED);
    Process other = startAgentProcess("node-2", top.resolve("agent-2"), controller.url(), true);
    try {
      Jobs.Summary summary = awaitEnd(job);
      assertEquals(Jobs.State.SUCCEEDED, summary.state(), summary.message());
    } finally {
      other.destroy();
      other.waitFor();
    }
    List<Jobs.Task> tasks = client.tasks(job, null, 2).tasks();
    assertEquals(1, tasks.getFirst().attempts().size());
    assertEquals(
        List.of(Finish.Outcome.RETURNED, Finish.Outcome.SUCCEEDED),
        tasks.getLast().attempts().stream().map(Jobs.Attempt::outcome).toList());
  }

  private Jobs.TaskState state(String job, int index) {
    return client.tasks(job, null, 10).tasks().get(index).state();
  }

  @Test
  void aSessionServesConsecutiveTasksAndIsLeftWhenNothingComes() throws Exception {
    Path trace = top.resolve("trace");
    startAgent();
    String job =
        submitTemplate(
            """
            specificationVersion: jobtemplate-2023-09
            name: reuse
            steps:
              - name: Render
                stepEnvironments:
                  - name: Daemon
                    script:
                      actions:
                        onEnter: {command: sh, args: ['-c', 'echo enter >> %1$s; sleep 300 & echo openjd_env: DAEMON=$!']}
                        onExit: {command: sh, args: ['-c', 'kill -0 $DAEMON && echo leave >> %1$s']}
                parameterSpace:
                  taskParameterDefinitions:
                    - {name: Frame, type: INT, range: 1-4}
                script:
                  actions:
                    onRun: {command: sh, args: ['-c', 'kill -0 $DAEMON && echo run >> %1$s']}
            """
                .formatted(trace),
            Map.of());
    assertEquals(Jobs.State.SUCCEEDED, awaitEnd(job).state());
    until(() -> read(trace).endsWith("leave\n"));
    assertEquals("enter\nrun\nrun\nrun\nrun\nleave\n", read(trace));
  }

  @Test
  void anInputThatIsNotThereFailsTheJobByName() throws Exception {
    Files.delete(show("in/tex/wood.txt"));
    Files.delete(show("in/tex"));
    startAgent();
    String job = submit(1, "command: 'true'");
    Jobs.Summary summary = awaitEnd(job);
    assertEquals(Jobs.State.FAILED, summary.state());
    assertTrue(summary.message().contains(show("in/tex").toString()), summary.message());
  }

  @Test
  void aRendererThatLacksAnInputFailsAlthoughItExitsWithZero() throws Exception {
    startAgent();
    String job =
        submit(
            1,
            """
            command: sh
            args: ['-c', 'echo Blender 3.4.1; echo stoker-guard missing "{\\"path\\": \\"{{Param.Tex}}/oak.png\\", \\"reason\\": \\"No such file or directory\\", \\"stored\\": \\"//oak.png\\", \\"user\\": \\"image\\", \\"what\\": \\"image\\"}"; echo x > {{Param.Out}}/f.txt']
            """);
    Jobs.Summary summary = awaitEnd(job);
    assertEquals(Jobs.State.FAILED, summary.state());
    assertTrue(
        summary.message().contains("The renderer lacks the input 'show/in/tex/oak.png'"),
        summary.message());
    assertFalse(Files.exists(show("out/f.txt")));
  }

  @Test
  void aCanceledTaskIsStoppedAndPublishesNothing() throws Exception {
    Path pid = top.resolve("pid");
    startAgent();
    String job =
        submit(
            1,
            """
            command: sh
            args: ['-c', 'echo x > {{Param.Out}}/f.txt; echo $$ > %s; exec sleep 300']
            """
                .formatted(pid));
    until(() -> !read(pid).isBlank());
    client.cancel(job);
    assertEquals(Jobs.State.CANCELED, awaitEnd(job).state());
    until(() -> !Files.exists(Path.of("/proc/" + read(pid).strip())));
    assertFalse(Files.exists(show("out/f.txt")));
  }

  @Test
  void anAttemptWhoseInputsTurnOutDamagedEndsAndIsTriedAgainFromFreshOnes() throws Exception {
    Path starts = top.resolve("starts");
    startAgent();
    String job =
        submit(
            1,
            """
            command: sh
            args: ['-c', 'echo $$ >> %s; echo x > {{Param.Out}}/f.txt; [ $(wc -l < %s) = 2 ] || exec sleep 300']
            """
                .formatted(starts, starts));
    until(() -> !read(starts).isBlank());
    String stage = io.requests.getFirst().stageId();
    io.damage.add(Map.of("another stage", "Of no concern.", stage, "The input was damaged."));
    Jobs.Summary summary = awaitEnd(job);
    assertEquals(Jobs.State.SUCCEEDED, summary.state(), summary.message());
    assertFalse(Files.exists(Path.of("/proc/" + read(starts).lines().findFirst().orElseThrow())));
    List<Jobs.Attempt> attempts = client.tasks(job, null, 10).tasks().getFirst().attempts();
    assertEquals(
        List.of(Finish.Outcome.FAILED, Finish.Outcome.SUCCEEDED),
        attempts.stream().map(Jobs.Attempt::outcome).toList());
    assertTrue(attempts.getFirst().message().contains("The input was damaged."));
    assertTrue(io.unstaged.contains(stage));
    assertFalse(io.requests.getLast().stageId().equals(stage), "it was staged anew");
  }

  @Test
  void aNodeThatLostItsLeaseStopsItsRendererAndPublishesNothing() throws Exception {
    Path pid = top.resolve("pid");
    startAgent();
    String job =
        submit(
            1,
            """
            command: sh
            args: ['-c', 'echo x > {{Param.Out}}/f.txt; echo $$ > %s; exec sleep 300']
            """
                .formatted(pid));
    until(() -> !read(pid).isBlank());
    client.suspend(job);
    until(() -> client.nodes().nodes().getFirst().leases() == 1);
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
    until(() -> !Files.exists(Path.of("/proc/" + read(pid).strip())));
    until(() -> listed(top.resolve("agent/attempts")).isEmpty());
    assertFalse(Files.exists(show("out/f.txt")));
  }

  @Test
  void aClosedAgentHandsItsLeasesBackAndLeavesNoProcess() throws Exception {
    Path pid = top.resolve("pid");
    startAgent();
    String job =
        submit(
            1,
            """
            command: sh
            args: ['-c', 'echo $$ > %1$s; setsid sleep 300 & echo $! >> %1$s; wait']
            """
                .formatted(pid));
    until(() -> read(pid).lines().count() == 2);
    stopAgent();
    for (String process : read(pid).lines().toList()) {
      assertFalse(Files.exists(Path.of("/proc/" + process)));
    }
    Jobs.Task task = client.tasks(job, null, 10).tasks().getFirst();
    assertEquals(Jobs.TaskState.READY, task.state());
    assertEquals(Finish.Outcome.RETURNED, task.attempts().getFirst().outcome());
  }

  @Test
  void aDrainedNodeEndsWhatItRendersAndTakesNoMoreUntilItIsResumed() throws Exception {
    Path starts = top.resolve("starts");
    Path go = top.resolve("go");
    startAgent();
    String job =
        submit(
            4,
            """
            command: sh
            args: ['-c', 'echo {{Task.Param.Frame}} >> %s; while [ ! -e %s ]; do sleep 0.05; done; echo x > {{Param.Out}}/f{{Task.Param.Frame}}.txt']
            """
                .formatted(starts, go));
    until(() -> !read(starts).isBlank());
    String node = client.nodes().nodes().getFirst().nodeId();
    client.drain(node);
    // Told with the next heartbeat; what it holds by then ends here.
    until(() -> client.nodes().nodes().getFirst().state().equals("draining"));
    int held = client.nodes().nodes().getFirst().leases();
    write(go, "");
    until(() -> client.nodes().nodes().getFirst().leases() == 0);
    assertTrue(read(starts).lines().count() <= held + 1, "it took no more: " + read(starts));
    client.resumeNode(node);
    assertEquals(Jobs.State.SUCCEEDED, awaitEnd(job).state());
    assertEquals(4, read(starts).lines().count());
  }
}
