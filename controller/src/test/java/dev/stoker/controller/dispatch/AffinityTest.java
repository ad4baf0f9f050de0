package dev.stoker.controller.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.StoreKind;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Heartbeat.CachedFolder;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.controller.store.QueueStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tasks go where their inputs are, as far as ranks and shares leave a choice. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class AffinityTest {
  @Parameter StoreKind kind;
  @TempDir Path folder;

  private final Map<String, Long> sequences = new HashMap<>();
  private final Map<String, List<Lease>> leases = new HashMap<>();
  private QueueStore store;
  private Queue queue;

  @BeforeEach
  void open() {
    store = kind.open(folder);
    queue = Queue.open(store, Clocks.system(), Sharing.EQUAL);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aNodeGetsTheJobWhoseInputsItHolds() throws Exception {
    String cold = node("cold");
    String warm = node("warm");
    String first = submit("ann", 50, "/mnt/show/010/scene.blend");
    String second = submit("ann", 50, "P:\\show\\020\\scene.blend");
    assertEquals(first, lease(cold).jobId());
    holds(warm, new CachedFolder("blob://studio/a%20show/020/tex/", 9, 5L << 30));
    assertEquals(second, lease(warm).jobId());
    assertEquals(first, lease(cold).jobId());
    // What a node does not say again still holds.
    queue
        .nodes()
        .heartbeat(warm, new Heartbeat.Request(held(warm), new Heartbeat.NodeStatus(0, 0, 0)));
    assertEquals(second, lease(warm).jobId());
    holds(warm);
    assertEquals(first, lease(warm).jobId());
  }

  @Test
  void theMostBytesWinAndFoldersThatOnlyBeginAlikeCountNothing() throws Exception {
    String node = node("n");
    String first = submit("ann", 50, "/mnt/show/010/scene.blend");
    String second = submit("ann", 50, "/mnt/show/020/scene.blend");
    String third = submit("ann", 50, "/mnt/show/030/scene.blend");
    assertEquals(first, lease(node).jobId());
    holds(
        node,
        new CachedFolder("blob://studio/a show/010/", 1, 1_000),
        new CachedFolder("blob://studio/a show/020/", 1, 2_000),
        new CachedFolder("blob://studio/a show/020/tex/", 1, 2_000),
        new CachedFolder("blob://studio/a show/030/", 1, 3_000),
        new CachedFolder("blob://studio/a show/0300/", 1, 1L << 40));
    assertEquals(second, lease(node).jobId());
    assertNotEquals(third, second);
  }

  @Test
  void priorityStarvationAndOtherPeopleComeBeforeWarmth() throws Exception {
    String node = node("n");
    holds(node, new CachedFolder("blob://studio/a show/020/", 1, 1L << 30));
    String first = submit("ann", 50, "/mnt/show/010/scene.blend");
    String warm = submit("ann", 50, "/mnt/show/020/scene.blend");
    assertEquals(first, lease(node).jobId(), "nothing of the earlier job runs yet");
    assertEquals(warm, lease(node).jobId());
    String other = submit("bob", 50, "/mnt/show/030/scene.blend");
    assertEquals(other, lease(node).jobId(), "bob has fewer tasks running");
    assertEquals(other, lease(node).jobId());
    String urgent = submit("ann", 60, "/mnt/show/040/scene.blend");
    assertEquals(urgent, lease(node).jobId());
    assertEquals(urgent, lease(node).jobId());
  }

  @Test
  void thePageOfTheNodeShowsWhatItHoldsToThoseWhoSeeAllProjects() {
    String node = node("n");
    holds(node, new CachedFolder("blob://studio/show/?sig=secret/", -1, 7));
    List<CachedFolder> shown = queue.farm().node(node, Set.of()).holds();
    assertEquals(1, shown.size());
    assertEquals(0, shown.getFirst().files());
    assertEquals(false, shown.toString().contains("secret"), shown.toString());
    assertEquals(List.of(), queue.farm().node(node, Set.of("film-a")).holds());
  }

  private void holds(String node, CachedFolder... folders) {
    var status = new Heartbeat.NodeStatus(0, 0, 0, null, null, List.of(folders));
    queue.nodes().heartbeat(node, new Heartbeat.Request(held(node), status));
  }

  private List<Heartbeat.Held> held(String node) {
    return leases.getOrDefault(node, List.of()).stream()
        .map(
            lease ->
                new Heartbeat.Held(
                    lease.leaseId(), lease.attempt(), Heartbeat.Phase.RENDERING, 0, "", 0, 0))
        .toList();
  }

  private Lease lease(String node) throws Exception {
    long sequence = sequences.merge(node, 1L, Long::sum);
    var wish = new Leasing.Wish("s0", 1, "", "");
    Lease lease =
        Polls.lease(queue, node, new Leasing.Request(sequence, List.of(wish), 0)).getFirst();
    leases.computeIfAbsent(node, ignored -> new ArrayList<>()).add(lease);
    return lease;
  }

  private String node(String name) {
    var slot = new Registration.Slot("s0", 4, 1L << 30, 0, 0);
    return queue
        .nodes()
        .register(new Registration.Request(name, "1", 1, 1, List.of(slot), Map.of()), null)
        .nodeId();
  }

  private String submit(String user, int priority, String scene) throws Exception {
    JsonNode template =
        Wire.mapper()
            .readTree(
                """
                {"specificationVersion": "jobtemplate-2023-09", "name": "Shot",
                 "parameterDefinitions": [
                   {"name": "Scene", "type": "PATH", "objectType": "FILE", "dataFlow": "IN"}],
                 "steps": [{"name": "Render", "parameterSpace": {"taskParameterDefinitions":
                   [{"name": "Frame", "type": "INT", "range": "1-9"}]},
                   "script": {"actions": {"onRun": {"command": "blender"}}}}]}
                """);
    var location =
        new Jobs.Location(
            "show", "blob://studio/a%20show/", List.of("/mnt/show", "P:\\show"), false);
    return queue
        .jobs()
        .submit(
            new Jobs.Definition(
                template,
                List.of(),
                Map.of("Scene", scene),
                "",
                List.of(location),
                "film",
                priority,
                3),
            user,
            null)
        .jobId();
  }
}
