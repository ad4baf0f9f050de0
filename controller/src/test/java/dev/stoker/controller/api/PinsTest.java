package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Finish.Outcome;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Pins;
import dev.stoker.controller.protocol.Pins.Pin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Which version of each input a job reads, over real HTTP and a real database. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class PinsTest {
  @Parameter StoreKind kind;
  @TempDir Path folder;
  private ControllerServer server;
  private ControllerClient user;
  private ScriptedAgent one;
  private ScriptedAgent other;

  @BeforeEach
  void start() {
    server = ControllerServer.start(kind.settings(folder.resolve("data")));
    user = new ControllerClient(server.url(), null);
    one = new ScriptedAgent(server.url(), null, "node-1");
    other = new ScriptedAgent(server.url(), null, "node-2");
  }

  @AfterEach
  void stop() {
    one.close();
    other.close();
    user.close();
    server.close();
  }

  private static Pins.Met met(Lease lease, long generation, Pin... pins) {
    return new Pins.Met(lease.attempt(), generation, List.of(pins));
  }

  @Test
  void theFirstVersionThatIsToldIsEveryNodesVersion() {
    String job = user.submit(TestJobs.frames(2), "key").jobId();
    Lease first = one.lease(1, 5_000).getFirst();
    Lease second = other.lease(1, 5_000).getFirst();
    Pins.Page empty = user.pins(job, 0, 10);
    assertEquals(List.of(), empty.pins());
    var wood = new Pin("show/tex/wood.exr", "etag:\"1\"");
    var stone = new Pin("show/tex/stone.exr", "etag:\"7\"");
    Pins.Met report = met(first, empty.generation(), wood);
    assertEquals(new Pins.Settled(List.of(), 0), one.client.pins(first.leaseId(), report));
    assertEquals(
        new Pins.Settled(List.of(), 0),
        one.client.pins(first.leaseId(), report),
        "told once more, as after a lost answer");
    Pins.Met otherwise = met(second, empty.generation(), new Pin(wood.name(), "etag:\"2\""), stone);
    assertEquals(
        new Pins.Settled(List.of(wood), 0), other.client.pins(second.leaseId(), otherwise));
    Pins.Page page = one.client.pins(job, 0, 10);
    assertEquals(List.of(wood, stone), page.pins());
    assertEquals(2, page.files());
    assertEquals(List.of(), one.client.pins(job, page.next(), 10).pins());
    assertEquals(page.next(), one.client.pins(job, page.next(), 10).next());
  }

  @Test
  void aLargeJobIsToldInPagesAndAnswersTellWhatCameSince() {
    String job = user.submit(TestJobs.frames(1), "key").jobId();
    Lease lease = one.lease(1, 5_000).getFirst();
    long generation = user.pins(job, 0, 1).generation();
    List<Pin> all = new ArrayList<>();
    for (int from = 0; from < 5_000; from += 1_250) {
      List<Pin> some =
          IntStream.range(from, from + 1_250)
              .mapToObj(i -> new Pin("show/cache/" + i + ".vdb", "file:1:" + i + ":3:4"))
              .toList();
      all.addAll(some);
      one.client.pins(lease.leaseId(), new Pins.Met(lease.attempt(), generation, some));
    }
    List<Pin> told = new ArrayList<>();
    Pins.Page page = user.pins(job, 0, Pins.MOST_AT_ONCE);
    told.addAll(page.pins());
    while (page.more()) {
      page = user.pins(job, page.next(), Pins.MOST_AT_ONCE);
      told.addAll(page.pins());
    }
    assertEquals(all, told);
    assertEquals(5_000, page.files());
  }

  @Test
  void whatTheSubmitterSawIsPinnedFromTheStartAndNotGivenToNodesTwice() {
    Map<String, String> seen = Map.of("show/shot.blend", "etag:\"9\"");
    Jobs.Definition plain = TestJobs.frames(1);
    Jobs.Definition job = plain.withAssets(new Jobs.Assets(List.of(), List.of(), Map.of(), seen));
    String id = user.submit(job, "key").jobId();
    assertEquals(id, user.submit(job, "key").jobId());
    assertEquals(List.of(new Pin("show/shot.blend", "etag:\"9\"")), user.pins(id, 0, 10).pins());
    assertEquals(plain, user.definition(id));
    Jobs.Definition wrong =
        plain.withAssets(
            new Jobs.Assets(List.of(), List.of(), Map.of(), Map.of("noLocation", "etag:\"1\"")));
    assertEquals(
        400, assertThrows(ControllerException.class, () -> user.submit(wrong, "k")).status());
  }

  @Test
  void onlyAPersonHasAJobPinnedAnewAndNotWhileSomebodyReads() {
    String job = user.submit(TestJobs.frames(2), "key").jobId();
    Lease lease = one.lease(1, 5_000).getFirst();
    long before = user.pins(job, 0, 1).generation();
    one.client.pins(lease.leaseId(), met(lease, before, new Pin("show/a", "etag:\"1\"")));
    var repin = new Jobs.Retry(List.of(), true);
    ControllerException refused =
        assertThrows(ControllerException.class, () -> user.retry(job, repin));
    assertEquals(409, refused.status());
    assertTrue(refused.sentence().contains("1 tasks running"), refused.sentence());
    one.finish(lease, Outcome.RETURNED);
    user.retry(job, repin);
    Pins.Page now = user.pins(job, 0, 10);
    assertNotEquals(before, now.generation());
    assertEquals(List.of(), now.pins());

    Lease again = other.lease(1, 5_000).getFirst();
    Pins.Met old = met(again, before, new Pin("show/a", "etag:\"1\""));
    assertEquals(
        409,
        assertThrows(ControllerException.class, () -> other.client.pins(again.leaseId(), old))
            .status(),
        "read by the pins that the job has no more");
    Pins.Met fresh = met(again, now.generation(), new Pin("show/a", "etag:\"2\""));
    assertEquals(new Pins.Settled(List.of(), 0), other.client.pins(again.leaseId(), fresh));
  }

  @Test
  void aNodeThatDoesNotWorkOnTheJobNeitherReadsNorPins() {
    String job = user.submit(TestJobs.frames(1), "key").jobId();
    Lease lease = one.lease(1, 5_000).getFirst();
    long generation = user.pins(job, 0, 1).generation();
    for (Pin wrong :
        List.of(
            new Pin("nolocation", "etag:\"1\""),
            new Pin("show/a", ""),
            new Pin("show/a\0", "etag:\"1\""),
            new Pin("show/" + "a".repeat(Pins.LONGEST_NAME), "etag:\"1\""))) {
      assertEquals(
          400,
          assertThrows(
                  ControllerException.class,
                  () -> one.client.pins(lease.leaseId(), met(lease, generation, wrong)))
              .status());
    }
    assertEquals(
        403, assertThrows(ControllerException.class, () -> other.client.pins(job, 0, 10)).status());
    assertEquals(
        403,
        assertThrows(
                ControllerException.class,
                () -> other.client.pins(lease.leaseId(), met(lease, generation)))
            .status());
  }
}
