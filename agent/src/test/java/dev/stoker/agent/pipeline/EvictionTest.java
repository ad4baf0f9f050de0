package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.agent.azure.EventWatch;
import dev.stoker.agent.azure.FakeMetadata;
import dev.stoker.agent.azure.InstanceMetadata;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Jobs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The 30 seconds that a spot machine gets. */
class EvictionTest extends AgentFarm {
  /** What T5 allows from the notice to leases handed back. */
  private static final Duration HANDED_BACK_WITHIN = Duration.ofSeconds(5);

  private FakeMetadata azure;
  private InstanceMetadata metadata;
  private EventWatch watch;
  private Thread watching;

  @BeforeEach
  void startAzure() throws Exception {
    azure = new FakeMetadata();
    metadata = new InstanceMetadata(azure.address());
    startAgent();
    NodeAgent evicted = agent;
    watch =
        new EventWatch(
            metadata,
            new EventWatch.Tenant() {
              @Override
              public void evict(Instant notBefore, String type) {
                evicted.evict(notBefore, type);
              }

              @Override
              public boolean isSafe() {
                return evicted.isSafe();
              }

              @Override
              public void stay() {
                evicted.stay();
              }
            },
            Clock.systemUTC());
    watching = Thread.ofPlatform().name("watch").start(watch::run);
    until(() -> azure.asked.get() > 0);
  }

  @AfterEach
  void endAzure() throws InterruptedException {
    watch.close();
    metadata.close();
    azure.close();
    assertTrue(watching.join(Duration.ofSeconds(10)));
  }

  @Test
  void whatCannotEndInTimeIsHandedBackAtOnceAndOnlyThenIsTheEventAcknowledged() throws Exception {
    Path pid = top.resolve("pid");
    String job =
        submit(
            2,
            """
            command: sh
            args: ['-c', 'echo $$ > %s; exec sleep 300']
            """
                .formatted(pid));
    until(() -> !read(pid).isBlank());
    long noticeNanos = System.nanoTime();
    azure.announce("event-1", "Preempt", "render_3", Instant.now().plusSeconds(30));
    until(
        () ->
            client.tasks(job, null, 10).tasks().stream()
                .allMatch(task -> task.state() == Jobs.TaskState.READY));
    Duration took = Duration.ofNanos(System.nanoTime() - noticeNanos);
    System.out.println("T5: handed back " + took.toMillis() + " ms after the notice");
    assertTrue(took.compareTo(HANDED_BACK_WITHIN) < 0, "took " + took);
    until(() -> !azure.acknowledged.isEmpty());
    assertFalse(Files.exists(Path.of("/proc/" + read(pid).strip())), "no renderer is left");
    for (Jobs.Task task : client.tasks(job, null, 10).tasks()) {
      task.attempts().forEach(attempt -> assertEquals(Finish.Outcome.RETURNED, attempt.outcome()));
    }
    // It takes no more; when the event is called off it goes on.
    assertEquals(0, client.nodes().nodes().getFirst().leases());
    Files.delete(pid);
    azure.callOff();
    until(() -> !read(pid).isBlank());
  }

  @Test
  void aFrameThatEndsInTimeIsPublishedBeforeTheEventIsAcknowledgedAndNeverRenderedAgain()
      throws Exception {
    Path go = top.resolve("go");
    Path starts = top.resolve("starts");
    String job =
        submit(
            1,
            """
            command: sh
            args: ['-c', 'echo x >> %s; echo openjd_progress: 99; echo nearly there; while [ ! -e %s ]; do sleep 0.05; done; echo done > {{Param.Out}}/f.txt']
            """
                .formatted(starts, go));
    until(() -> !read(starts).isBlank());
    Jobs.Task task = client.tasks(job, null, 10).tasks().getFirst();
    until(() -> log(job, task).contains("nearly there"));
    int asked = azure.asked.get();
    azure.announce("event-1", "Preempt", "render_3", Instant.now().plusSeconds(30));
    until(() -> azure.asked.get() > asked + 2);
    assertEquals(List.of(), azure.acknowledged, "the frame is still being rendered");
    write(go, "");
    until(() -> !azure.acknowledged.isEmpty());
    assertEquals("done\n", Files.readString(show("out/f.txt")), "acknowledged after the last byte");
    assertEquals(Jobs.State.SUCCEEDED, awaitEnd(job).state());
    assertEquals("x\n", read(starts));
  }

  @Test
  void aFrameThatDoesNotEndAsItSaidIsHandedBackFiveSecondsBeforeTheMachineGoes() throws Exception {
    Path pid = top.resolve("pid");
    String job =
        submit(
            1,
            """
            command: sh
            args: ['-c', 'echo $$ > %s; echo openjd_progress: 99; echo nearly there; exec sleep 300']
            """
                .formatted(pid));
    until(() -> !read(pid).isBlank());
    Jobs.Task task = client.tasks(job, null, 10).tasks().getFirst();
    until(() -> log(job, task).contains("nearly there"));
    Instant notBefore = Instant.now().plusSeconds(7);
    azure.announce("event-1", "Terminate", "render_3", notBefore);
    until(() -> !azure.acknowledged.isEmpty());
    assertTrue(Instant.now().isBefore(notBefore), "acknowledged before the machine went");
    assertEquals(Jobs.TaskState.READY, client.tasks(job, null, 1).tasks().getFirst().state());
    assertFalse(Files.exists(Path.of("/proc/" + read(pid).strip())));
  }
}
