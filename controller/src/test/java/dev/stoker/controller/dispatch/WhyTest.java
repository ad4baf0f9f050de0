package dev.stoker.controller.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.TestJobs;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.store.QueueStore;
import dev.stoker.controller.store.SqliteQueueStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Why a task does not start, to the letter; and what is said at submit of what never could. */
class WhyTest {
  @TempDir Path folder;
  private QueueStore store;
  private Queue queue;

  @BeforeEach
  void open() {
    store = SqliteQueueStore.open(folder);
    queue = Queue.open(store, Clocks.system(), Sharing.EQUAL);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void anAttributeThatIsMissingOrAnotherIsNamedWithWhatTheNodeHas() {
    node("a", 1, Map.of("attr.worker.os.family", List.of("linux")));
    node(
        "b", 1, Map.of("attr.worker.os.family", List.of("linux"), "attr.site", List.of("on-prem")));
    String windows =
        submit(asking("{\"name\": \"attr.worker.os.family\", \"anyOf\": [\"windows\"]}"));
    assertEquals(
        List.of(
            "None of the 2 registered nodes can take it:",
            "2 × Its attr.worker.os.family is [linux], and the step needs one of [windows]."),
        why(windows, 0));
    String cloud = submit(asking("{\"name\": \"attr.site\", \"allOf\": [\"azure\"]}"));
    assertEquals(
        List.of(
            "None of the 2 registered nodes can take it:",
            "1 × Its attr.site is [on-prem], and the step needs all of [azure].",
            "1 × The node has no attribute attr.site, and the step needs all of [azure]."),
        why(cloud, 0));
    String misspelled = submit(asking("{\"name\": \"attr.sitte\", \"anyOf\": [\"azure\"]}"));
    assertEquals(
        "No node that is known has attr.sitte; they have attr.site, attr.worker.os.family.",
        why(misspelled, 0).getLast());
  }

  @Test
  void whatNoKnownNodeCouldRunIsSaidAtSubmitAndIsAcceptedAllTheSame() {
    Jobs.Submitted early = queue.jobs().submit(TestJobs.onGpu(), "", null);
    assertEquals(List.of(), early.warnings(), "nobody is there yet: too early to say");
    node("a", 1, Map.of());
    assertEquals(List.of(), queue.jobs().submit(TestJobs.frames(2), "", null).warnings());
    Jobs.Submitted late = queue.jobs().submit(TestJobs.onGpu(), "", null);
    assertEquals(
        List.of(
            "Step Simulate waits for a node of another kind: none of the 1 that are known could run"
                + " it. Its largest slot offers amount.worker.gpu 0, and the step needs 1."),
        late.warnings());
    assertEquals(Jobs.State.QUEUED, queue.views().get(late.jobId()).state());
    Jobs.Definition unknown = asking("{\"name\": \"attr.sitte\", \"anyOf\": [\"azure\"]}");
    String said = queue.jobs().submit(unknown, "", null).warnings().getFirst();
    assertTrue(said.endsWith("No node that is known has attr.sitte; they have none."), said);
  }

  @Test
  void aFreeSlotThatDoesNotFitDoesNotCount() throws Exception {
    String node =
        queue
            .nodes()
            .register(
                new Registration.Request(
                    "n",
                    "1",
                    1,
                    1,
                    List.of(
                        new Registration.Slot("gpu", 4, 1L << 30, 1, 8L << 30),
                        new Registration.Slot("cpu", 4, 1L << 30, 0, 0)),
                    Map.of()),
                null)
            .nodeId();
    submit(TestJobs.onGpu());
    String second = submit(TestJobs.onGpu());
    var wish = new Leasing.Wish("gpu", 1, "", "");
    assertEquals(1, Polls.lease(queue, node, new Leasing.Request(1, List.of(wish), 0)).size());
    assertEquals(List.of("Every node that can take it is busy (1 of them)."), why(second, 0));
  }

  @Test
  void whoIsServedBeforeIsNamed() throws Exception {
    String node = node("n", 3, Map.of());
    String mine = submit("film", "ann", 50);
    var wish = new Leasing.Wish("s0", 1, "", "");
    assertEquals(1, Polls.lease(queue, node, new Leasing.Request(1, List.of(wish), 0)).size());
    assertEquals(
        List.of("It is next: it starts with the next request of a node that can take it."),
        why(mine, 1));
    String theirs = submit("film", "bob", 50);
    assertEquals(
        List.of("bob comes first: 0 tasks of theirs are running, and 1 of ann."), why(mine, 1));
    queue.jobs().setPriority(theirs, 60);
    assertEquals(
        List.of("A job of bob comes first: its priority is 60, and this one's 50."), why(mine, 1));
    submit("advert", "cid", 1);
    assertEquals(
        List.of(
            "Project advert comes first: it has 0 tasks running for a weight of 1, and film has 1"
                + " for 1."),
        why(mine, 1));
    String later = submit("film", "ann", 50);
    assertEquals(List.of("8 tasks of the same project and user come first."), why(later, 0));
  }

  private List<String> why(String job, int task) {
    return queue.views().why(job, job + "-" + task).reasons();
  }

  private String submit(Jobs.Definition definition) {
    return queue.jobs().submit(definition, "", null).jobId();
  }

  private String submit(String project, String user, int priority) {
    Jobs.Definition d = TestJobs.frames(9);
    return queue
        .jobs()
        .submit(
            new Jobs.Definition(
                d.template(), List.of(), Map.of(), "", d.locations(), project, priority, 3),
            user,
            null)
        .jobId();
  }

  private String node(String name, int slots, Map<String, List<String>> attributes) {
    List<Registration.Slot> all =
        java.util.stream.IntStream.range(0, slots)
            .mapToObj(i -> new Registration.Slot("s" + i, 4, 1L << 30, 0, 0))
            .toList();
    return queue
        .nodes()
        .register(new Registration.Request(name, "1", 1, 1, all, attributes), null)
        .nodeId();
  }

  private static Jobs.Definition asking(String attribute) {
    return TestJobs.of(
        """
        {"specificationVersion": "jobtemplate-2023-09", "name": "Comp",
         "steps": [{"name": "Render", "hostRequirements": {"attributes": [%s]},
           "script": {"actions": {"onRun": {"command": "nuke"}}}}]}
        """
            .formatted(attribute));
  }
}
