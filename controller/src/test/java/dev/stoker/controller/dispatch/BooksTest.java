package dev.stoker.controller.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Farm;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.store.QueueStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What nodes cost, and what a queue keeps of pictures. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class BooksTest {
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long STEP = Duration.ofSeconds(30).toMillis();
  private static final byte[] PICTURE = new byte[3_000];

  static {
    PICTURE[0] = (byte) 0xFF;
    PICTURE[1] = (byte) 0xD8;
    PICTURE[2] = (byte) 0xFF;
  }

  @Parameter StoreKind kind;
  @TempDir Path folder;

  /** An hour after midnight, so that a test stays within its day. */
  private final AtomicLong millis =
      new AtomicLong(Instant.parse("2026-11-28T01:00:00Z").toEpochMilli());

  private final Clocks clocks =
      new Clocks(() -> Instant.ofEpochMilli(millis.get()), () -> millis.get() * 1_000_000);
  private final List<String> nodes = new ArrayList<>();
  private final List<Heartbeat.Held> held = new ArrayList<>();
  private QueueStore store;
  private Queue queue;
  private long sequence;

  @BeforeEach
  void open() {
    store = kind.open(folder);
    queue =
        Queue.open(
            store,
            clocks,
            Sharing.EQUAL,
            Queue.NODE_TOKEN_LIFE,
            NoticePolicy.NONE,
            new Prices("EUR", Map.of("D4", 2.0), Map.of("D4", 0.5)));
    queue.keepHouse(); // nothing before this moment is counted
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void anHourOfEachKindCostsItsPriceAndWhatHasNoneIsToldBeside() throws Exception {
    node("a", new Registration.Machine("D4", "", "", "", false));
    node("b", new Registration.Machine("D4", "", "", "", true));
    node("c", null);
    pass(HOUR);
    Farm.Spent today = cost().today();
    assertEquals(2.5, today.amount(), 0.01);
    assertEquals(2, today.pricedHours(), 0.01);
    assertEquals(1, today.unpricedHours(), 0.01);
    assertEquals(today, cost().month());
    assertEquals("EUR", cost().currency());

    // A controller that was away does not know what was there meanwhile.
    millis.addAndGet(2 * HOUR);
    heartbeats();
    queue.keepHouse();
    assertEquals(2.5, cost().today().amount(), 0.05);

    // The next day begins at nothing; the month goes on.
    millis.addAndGet(24 * HOUR);
    heartbeats();
    queue.keepHouse();
    pass(HOUR / 2);
    assertEquals(1.25, cost().today().amount(), 0.05);
    assertEquals(3.75, cost().month().amount(), 0.1);
  }

  @Test
  void controllersThatShareADatabaseCountEachSpanOnce() {
    if (kind == StoreKind.SQLITE) {
      return; // one process owns the file
    }
    node("a", new Registration.Machine("D4", "", "", "", false));
    try (QueueStore other = kind.open(folder)) {
      Queue second = Queue.open(other, clocks, Sharing.EQUAL);
      for (long passed = 0; passed < HOUR; passed += STEP) {
        millis.addAndGet(STEP);
        heartbeats();
        queue.keepHouse();
        second.keepHouse();
      }
    }
    assertEquals(2, cost().today().amount(), 0.05);
  }

  @Test
  void aJobCostsTheShareOfItsNodesThatItHeld() throws Exception {
    String node = node("a", new Registration.Machine("D4", "", "", "", false));
    String job = queue.jobs().submit(TestJobs.frames(1), "", null).jobId();
    Lease lease = lease(node);
    pass(HOUR);
    Farm.JobCost running = queue.progress().cost(job);
    assertEquals(0.5, running.nodeHours(), 0.01, "one of two equal slots");
    assertEquals(1, running.amount(), 0.02);
    finish(lease, List.of());
    pass(HOUR);
    Farm.JobCost after = queue.progress().cost(job);
    assertEquals(running.amount(), after.amount(), 0.02, "what is over costs no more");
  }

  @Test
  void theOldestPicturesMakeRoomAndTheNewestStay() throws Exception {
    String node = node("a", null);
    String job = queue.jobs().submit(TestJobs.frames(50), "", null).jobId();
    for (int i = 0; i < 50; i++) {
      finish(lease(node), Collections.nCopies(Commit.MOST_THUMBNAILS, PICTURE));
    }
    var thumbnails = new Thumbnails(queue.parts());
    long all = thumbnails.bytes();
    assertTrue(all >= 50 * 16 * 4_000, "Base64 of each: " + all);
    thumbnails.makeRoom(all / 2);
    assertTrue(thumbnails.bytes() <= all / 2, "left: " + thumbnails.bytes());
    assertTrue(thumbnails.bytes() > 0);
    assertEquals(0, queue.progress().task(job, job + "-0").thumbnails());
    assertEquals(16, queue.progress().task(job, job + "-49").thumbnails());
    queue.keepHouse(); // far below its own ceiling
    assertEquals(16, queue.progress().task(job, job + "-49").thumbnails());
  }

  private Farm.Cost cost() {
    millis.addAndGet(Duration.ofSeconds(2).toMillis()); // answers are good for a second
    return java.util.Objects.requireNonNull(queue.farm().overview(Set.of()).cost());
  }

  private void pass(long length) {
    for (long passed = 0; passed < length; passed += STEP) {
      millis.addAndGet(STEP);
      heartbeats();
      queue.keepHouse();
    }
  }

  private void heartbeats() {
    nodes.forEach(node -> queue.nodes().heartbeat(node, new Heartbeat.Request(held, null)));
  }

  private String node(String name, Registration.Machine machine) {
    List<Registration.Slot> slots =
        List.of(
            new Registration.Slot("s0", 2, 1L << 30, 0, 0),
            new Registration.Slot("s1", 2, 1L << 30, 0, 0));
    String node =
        queue
            .nodes()
            .register(
                new Registration.Request(name, "1", 1, 1, slots, Map.of(), null, machine, null),
                null)
            .nodeId();
    nodes.add(node);
    return node;
  }

  private Lease lease(String node) throws Exception {
    sequence++;
    var wish = new Leasing.Wish("s0", 1, "", "");
    Lease lease =
        Polls.lease(queue, node, new Leasing.Request(sequence, List.of(wish), 0)).getFirst();
    held.add(
        new Heartbeat.Held(
            lease.leaseId(), lease.attempt(), Heartbeat.Phase.RENDERING, 0, "", 0, 0));
    return lease;
  }

  private void finish(Lease lease, List<byte[]> pictures) {
    held.clear();
    String destination = "file:///out/" + lease.taskId();
    var output = new Commit.Output(destination, 1, "x", List.of(), "staged", null);
    var manifest = new Commit.Manifest(lease.fence(), List.of(output));
    queue
        .leases()
        .commit(
            null,
            lease.leaseId(),
            new Commit.Request(
                lease.attempt(),
                manifest,
                pictures.stream()
                    .map(
                        each ->
                            new Commit.Thumbnail(
                                destination, Base64.getEncoder().encodeToString(each)))
                    .toList()));
    queue
        .leases()
        .finish(
            null,
            lease.leaseId(),
            new Finish.Request(
                lease.attempt(), Finish.Outcome.SUCCEEDED, 0, "", false, List.of(), 0, 0, 0));
  }
}
