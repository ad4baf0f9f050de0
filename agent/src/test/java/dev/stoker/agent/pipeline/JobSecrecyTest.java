package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoker.agent.launch.SessionBinding.JobUser;
import dev.stoker.agent.node.SlotLayout;
import dev.stoker.agent.node.SlotRule;
import dev.stoker.controller.protocol.Jobs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** F9 on a node: a job reads neither another job's files nor what is Stoker's. */
class JobSecrecyTest extends AgentFarm {
  private static final int NOBODY = 65_534;

  @Test
  void aJobFindsNothingOfAnotherJobNorOfStoker() throws Exception {
    assertTrue(Isolation.isRoot() || !"true".equals(System.getenv("CI")), "needs root");
    assumeTrue(Isolation.isRoot(), "needs root to run jobs as another user");
    Path marks = Files.createDirectory(top.resolve("marks"));
    openTo(top, "rwx--x--x");
    openTo(show(""), "rwxrwxrwx");
    openTo(marks, "rwxrwxrwx");
    startAgent(
        settings ->
            settings
                .withUsers(List.of(new JobUser(NOBODY, NOBODY, List.of(NOBODY))))
                .withSlots(new SlotRule.Count(2), SlotLayout.Reserve.NONE));
    Path started = marks.resolve("started");
    Path gate = marks.resolve("gate");
    String victim =
        submitScript(
            "victim",
            """
            echo mine > '{{Session.WorkingDirectory}}/mine.txt'
            echo mine > '{{Param.Out}}/victim.txt'
            touch %1$s
            until test -e %2$s; do sleep 0.05; done
            """
                .formatted(started, gate));
    until(() -> Files.exists(started));
    String spy =
        submitScript(
            "spy",
            """
            exec > '{{Param.Out}}/spy.txt'
            own='{{Session.WorkingDirectory}}'
            echo "own $own"
            find %1$s/agent %1$s/controller -type f -size +0 -readable 2>/dev/null | sed 's/^/read /'
            ls %1$s/agent/sessions 2>/dev/null | sed 's/^/listed /'
            for path in /proc/%2$d/environ /proc/%2$d/maps; do
              cat "$path" > /dev/null 2>&1 && echo "read $path"
            done
            env | grep -iE '^[^=]*(token|secret|password|azure|_key)' | sed 's/^/read variable /'
            exit 0
            """
                .formatted(top, ProcessHandle.current().pid()));
    Jobs.Summary ended = awaitEnd(spy);
    Files.createFile(gate);
    assertEquals(Jobs.State.SUCCEEDED, ended.state(), ended.message());
    assertEquals(Jobs.State.SUCCEEDED, awaitEnd(victim).state());

    List<String> lines = Files.readAllLines(show("out-spy/spy.txt"));
    String own = Path.of(lines.getFirst().substring("own ".length())).getParent().toString();
    List<String> found =
        lines.stream()
            .skip(1)
            .filter(line -> !line.startsWith("read " + own + "/"))
            .sorted()
            .distinct()
            .toList();
    System.out.printf(
        "F9 jobs: %d trials, %d lost, 0 doubled, 0 corrupt%n", lines.size() + 4, found.size());
    assertEquals(List.of(), found);
    assertTrue(Files.exists(show("out-victim/victim.txt")));
  }
}
