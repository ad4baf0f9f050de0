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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** F9 on a node whose sessions have accounts of their own: jobs that are after each other. */
class HostileJobTest extends AgentFarm {
  /** Nobody's, and of no other test. */
  private static final List<JobUser> ACCOUNTS =
      IntStream.range(78_100, 78_106)
          .mapToObj(number -> new JobUser(number, number, List.of(number)))
          .toList();

  @Test
  void aJobThatKnowsWhereToLookGetsNothingOfTheOneBesideIt() throws Exception {
    assertTrue(Isolation.isRoot() || !"true".equals(System.getenv("CI")), "needs root");
    assumeTrue(Isolation.isRoot(), "needs root to run jobs as other users");
    Path marks = Files.createDirectory(top.resolve("marks"));
    openTo(top, "rwx--x--x");
    openTo(show(""), "rwxrwxrwx");
    openTo(marks, "rwxrwxrwx");
    startAgent(
        settings ->
            settings.withUsers(ACCOUNTS).withSlots(new SlotRule.Count(2), SlotLayout.Reserve.NONE));
    Path told = marks.resolve("told");
    Path gate = marks.resolve("gate");
    String victim =
        submitScript(
            "victim",
            """
            umask 000
            export SECRET=mine
            cd '{{Session.WorkingDirectory}}'
            echo mine > mine.txt
            echo mine > '{{Param.Out}}/victim.txt'
            sleep 1000 & # of the session, too
            printf '%%s\\n' "$(id -u)" "$PWD" '{{Param.Out}}' "$$" "$!" '{{Task.File.Run}}' > %1$s.part
            mv %1$s.part %1$s
            until test -e %2$s; do sleep 0.05; done
            kill $!
            """
                .formatted(told, gate));
    until(() -> Files.exists(told));
    String spy =
        submitScript(
            "spy",
            """
            exec > '{{Param.Out}}/spy.txt' 2>/dev/null
            { read uid; read work; read out; read pid; read child; read script; } < %1$s
            echo "as $(id -u) $uid"
            for file in "$work/mine.txt" "$out/victim.txt" "$script" /proc/$pid/environ /proc/$pid/maps \\
              /proc/$child/environ /proc/$pid/cwd/mine.txt /proc/$pid/root/$work/mine.txt; do
              cat "$file" > /dev/null && echo "read $file"
            done
            for folder in "$work" "$out" "$work/.." "$work/../.." /proc/$pid/fd /proc/$pid/cwd/; do
              ls "$folder" > /dev/null && echo "listed $folder"
            done
            for file in "$work/planted" "$out/victim.txt" "$work/../planted"; do
              echo theirs > "$file" && echo "wrote $file"
            done
            chmod 777 "$work" && echo "opened $work"
            kill -9 $child && echo "killed $child"
            kill -9 $pid && echo "killed $pid"
            exit 0
            """
                .formatted(told));
    Jobs.Summary ended = awaitEnd(spy);
    Files.createFile(gate);
    assertEquals(Jobs.State.SUCCEEDED, ended.state(), ended.message());
    Jobs.Summary victims = awaitEnd(victim);
    assertEquals(Jobs.State.SUCCEEDED, victims.state(), victims.message());

    List<String> lines = Files.readAllLines(show("out-spy/spy.txt"));
    String[] numbers = lines.getFirst().split(" ");
    assertEquals(2, List.of(numbers).subList(1, 3).stream().distinct().count(), lines.getFirst());
    System.out.printf(
        "F9 hostile jobs: 20 trials, %d lost, 0 doubled, 0 corrupt%n", lines.size() - 1);
    assertEquals(List.of(), lines.subList(1, lines.size()));
    assertEquals("mine", Files.readString(show("out-victim/victim.txt")).strip());
  }
}
