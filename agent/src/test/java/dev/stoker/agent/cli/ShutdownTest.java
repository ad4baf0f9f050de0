package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ShutdownTest {
  private final List<String> events = new CopyOnWriteArrayList<>();

  private AutoCloseable part(String name) {
    events.add("opened " + name);
    return () -> events.add("closed " + name);
  }

  @Test
  void whatIsBeingOpenedWhenTheEndComesIsClosedAndNothingIsOpenedAfterIt() throws Exception {
    CountDownLatch opens = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Shutdown shutdown = Shutdown.onSignals();
    shutdown.opening(() -> part("cache"));
    Thread opener =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    shutdown.opening(
                        () -> {
                          opens.countDown();
                          goOn.await();
                          return part("mount");
                        });
                    shutdown.opening(() -> part("late"));
                  } catch (InterruptedException e) {
                    events.add("interrupted");
                  }
                });
    opens.await();
    Thread closer = Thread.ofPlatform().start(shutdown::close);
    while (closer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    assertTrue(closer.join(Duration.ofSeconds(10)));
    assertEquals(
        List.of("opened cache", "opened mount", "closed mount", "closed cache"),
        events.stream().filter(event -> !event.endsWith("late")).toList());
    // The lock is fair to nobody: it may have been opened before the end began, and is closed then.
    assertEquals(0, events.stream().filter(event -> event.endsWith("late")).count() % 2);
    assertTrue(opener.isAlive() || events.contains("closed late"), events.toString());
  }
}
