package dev.stoker.agent.azure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventWatchTest {
  private final Instant soon = Instant.now().plusSeconds(30).truncatedTo(ChronoUnit.SECONDS);

  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private volatile boolean safe;
  private FakeMetadata azure;
  private InstanceMetadata metadata;
  private EventWatch watch;
  private Thread thread;

  @BeforeEach
  void start() throws IOException {
    azure = new FakeMetadata();
    metadata = new InstanceMetadata(azure.address());
    watch =
        new EventWatch(
            metadata,
            new EventWatch.Tenant() {
              @Override
              public void evict(Instant notBefore, String type) {
                heard.add(type + " " + notBefore);
              }

              @Override
              public boolean isSafe() {
                return safe;
              }

              @Override
              public void stay() {
                heard.add("stay");
              }
            },
            Clock.systemUTC());
    thread = Thread.ofPlatform().name("watch").start(watch::run);
  }

  @AfterEach
  void end() throws InterruptedException {
    watch.close();
    metadata.close();
    azure.close();
    assertTrue(thread.join(Duration.ofSeconds(10)));
  }

  @Test
  void anEventOfThisMachineIsToldOnceAndAcknowledgedWhenNothingIsLeftToLose() throws Exception {
    azure.announce("event-1", "Preempt", "render_3", soon);
    assertEquals("Preempt " + soon, next());
    askedTwiceMore();
    assertEquals(List.of(), azure.acknowledged, "work is still at risk");
    safe = true;
    askedTwiceMore();
    assertEquals(List.of("{\"StartRequests\":[{\"EventId\":\"event-1\"}]}"), azure.acknowledged);
    assertTrue(heard.isEmpty());
  }

  @Test
  void eventsOfOthersAndShortFreezesChangeNothing() throws Exception {
    safe = true;
    azure.announce("event-1", "Preempt", "render_4", soon);
    askedTwiceMore();
    azure.announce("event-2", "Freeze", "render_3", soon);
    askedTwiceMore();
    assertTrue(heard.isEmpty());
    assertEquals(List.of(), azure.acknowledged);
  }

  @Test
  void anEventThatIsCalledOffIsForgotten() throws Exception {
    azure.announce("event-1", "Redeploy", "render_3", soon);
    assertEquals("Redeploy " + soon, next());
    azure.callOff();
    assertEquals("stay", next());
    azure.announce("event-2", "Reboot", "render_3", soon);
    assertEquals("Reboot " + soon, next());
  }

  @Test
  void errorsOfTheServiceAreOutlived() throws Exception {
    azure.failures.addAll(List.of(500, 429, 410, 503));
    azure.announce("event-1", "Terminate", "render_3", soon);
    assertEquals("Terminate " + soon, next());
    assertTrue(azure.asked.get() >= 5);
  }

  @Test
  void answersThatAreNoneAreOutlived() throws Exception {
    azure.nonsense.addAll(
        List.of(
            "", "<html>", "[1, 2]", "{\"Events\": 7}", "{\"Events\": [{\"EventId\": [], \"Res"));
    azure.announce("event-1", "Preempt", "render_3", soon);
    assertEquals("Preempt " + soon, next());
    assertTrue(azure.asked.get() >= 6);
  }

  @Test
  void anAnswerThatBeginsAndNeverEndsIsGivenUp() throws Exception {
    askedTwiceMore(); // the first answer may take minutes, later ones may not
    azure.trickles = true;
    azure.announce("event-1", "Preempt", "render_3", soon);
    assertEquals("Preempt " + soon, next());
  }

  @Test
  void theFirstAnswerMayTakeItsTime() throws Exception {
    azure.delay(6000);
    azure.announce("event-1", "Preempt", "render_3", soon);
    assertEquals("Preempt " + soon, next());
  }

  @Test
  void theMachineIsDescribed() throws Exception {
    assertEquals("Standard_NC24ads_A100_v4", metadata.machine(Duration.ofSeconds(5)).get("vmSize"));
    assertEquals("Spot", metadata.machine(Duration.ofSeconds(5)).get("priority"));
    assertFalse(metadata.machine(Duration.ofSeconds(5)).containsKey("osType"));
  }

  private String next() throws InterruptedException {
    return heard.poll(20, TimeUnit.SECONDS);
  }

  private void askedTwiceMore() throws InterruptedException {
    int seen = azure.asked.get();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (azure.asked.get() < seen + 3 && System.nanoTime() < end) {
      Thread.sleep(10); // polls a counter; bounded
    }
    assertTrue(azure.asked.get() >= seen + 3);
  }
}
