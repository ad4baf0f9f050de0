package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoker.agent.node.SlotLayout;
import dev.stoker.agent.node.SlotRule;
import dev.stoker.controller.protocol.Finish.Cause;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.TaskUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whole attempts that do too little or too much, and what the controller shows of it. */
class SupervisionTest extends AgentFarm {

  private String submitScript(String key, String script, String variables) throws Exception {
    return submitTemplate(
        """
        specificationVersion: jobtemplate-2023-09
        name: one
        jobEnvironments:
          - name: Declared
            variables: {%s}
        steps:
          - name: Render
            script: {actions: {onRun: {command: sh, args: ['-c', '%s']}}}
        """
            .formatted(variables, script.replace("'", "''")),
        Map.of(),
        key,
        1);
  }

  private Jobs.Attempt attempt(String job) {
    return client.tasks(job, null, 1).tasks().getFirst().attempts().getLast();
  }

  @Test
  void aRendererThatDoesNothingIsEndedAsStalledUnlessItsSessionSaysThatItMay() throws Exception {
    startAgent(settings -> settings.withStallAfter(Duration.ofSeconds(3)));
    String stalls = submitScript("a", "echo waiting; exec sleep 300", "KIND: hangs");
    Jobs.Summary ended = awaitEnd(stalls);
    assertEquals(Jobs.State.FAILED, ended.state());
    assertEquals(Cause.STALLED, attempt(stalls).cause(), attempt(stalls).message());
    assertTrue(
        attempt(stalls)
            .message()
            .matches(
                "The renderer stalled: for \\d+ s it did nothing \\(no progress, CPU, I/O or"
                    + " GPU\\)\\. It was ended; at that time sleep \\(\\d+\\) sleeps.*"),
        attempt(stalls).message());
    String may = submitScript("b", "sleep 7", "STOKER_STALL: 'off'");
    assertEquals(Jobs.State.SUCCEEDED, awaitEnd(may).state(), attempt(may).message());
  }

  @Test
  void whatAnAttemptTookIsInItsReport() throws Exception {
    startAgent();
    String job =
        submitScript(
            "a",
            "x=$(head -c 30000000 /dev/zero | tr \"\\0\" x); i=0; while [ $i -lt 300000 ]; do"
                + " i=$((i+1)); done; sleep 2.5",
            "KIND: works");
    assertEquals(Jobs.State.SUCCEEDED, awaitEnd(job).state(), attempt(job).message());
    TaskUsage took = attempt(job).usage();
    assertNotNull(took);
    assertTrue(took.cpuSeconds() > 0.05, took::toString);
    assertTrue(took.peakMemoryBytes() > 30_000_000, took::toString);
    assertTrue(took.readBytes() >= 30_000_000, took::toString);
  }

  @Test
  void aRendererThatTakesMoreMemoryThanItsSlotHasIsToldFromOneThatCrashes() throws Exception {
    boolean limits = Files.isWritable(Path.of("/sys/fs/cgroup/memory/cgroup.procs"));
    limits |= Files.isWritable(Path.of("/sys/fs/cgroup/cgroup.subtree_control"));
    assertTrue(limits || !"true".equals(System.getenv("CI")), "needs control groups");
    assumeTrue(limits, "a slot's memory is limited by control groups alone");
    long most = 64L << 20;
    startAgent(
        settings ->
            settings.withSlots(
                new SlotRule.Explicit(List.of(new SlotRule.Part(null, 1, most, null, 0, 0, 1))),
                SlotLayout.Reserve.NONE));
    String job =
        submitScript("a", "exec dd if=/dev/zero of=/dev/null bs=300M count=1", "KIND: 'takes all'");
    awaitEnd(job);
    assertEquals(Cause.OUT_OF_MEMORY, attempt(job).cause(), attempt(job).message());
    assertTrue(
        attempt(job).message().endsWith(", as it took more memory than its slot has."),
        attempt(job).message());
  }

  @Test
  void aRendererWithoutALicenceIsEndedAtOnceAndToldFromOneThatCrashed() throws Exception {
    startAgent();
    String crashes = submitScript("b", "kill -SEGV $$", "KIND: crashes");
    awaitEnd(crashes);
    assertEquals(Cause.KILLED, attempt(crashes).cause(), attempt(crashes).message());
    // As V-Ray does, it says so and waits for ever.
    String refused =
        submitScript(
            "c", "echo \"error: Could not obtain a license\"; exec sleep 300", "KIND: waits");
    until(() -> !attempts(refused).isEmpty() && attempt(refused).cause() != null);
    assertEquals(Cause.LICENCE_REFUSED, attempt(refused).cause(), attempt(refused).message());
    assertFalse(client.job(refused).state().isFinal(), "it costs no attempt");
  }

  private List<Jobs.Attempt> attempts(String job) {
    return client.tasks(job, null, 1).tasks().getFirst().attempts();
  }
}
