package dev.stoker.agent.azure;

import dev.stoker.agent.azure.ScheduledEvents.Event;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks once a second whether Azure is about to take this machine, tells whoever has work on it, and
 * acknowledges the event when nothing is left to lose: that brings it forward. Its thread is its
 * owner's to start and to join.
 */
public final class EventWatch implements AutoCloseable {
  private static final Logger LOG = System.getLogger(EventWatch.class.getName());

  /** As documented: events of spot machines come 30 s ahead, so they recommend one second. */
  private static final Duration EVERY = Duration.ofSeconds(1);

  /** As documented: the first call switches the service on and may take up to two minutes. */
  private static final Duration FIRST_ANSWER = Duration.ofMinutes(2).plusSeconds(10);

  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** The shortest notice that Azure gives, for an event that names no time. */
  private static final Duration SHORTEST_NOTICE = Duration.ofSeconds(30);

  /** Who has work on the machine. Called by the watch's thread; must not block. */
  public interface Tenant {
    /**
     * The machine goes: take no more work, and bring to an end what can end in time.
     *
     * @param type {@code Preempt}, {@code Terminate}, {@code Reboot} or {@code Redeploy}
     */
    void evict(Instant notBefore, String type);

    /** Whether nothing would be lost now. */
    boolean isSafe();

    /** The event was called off. */
    void stay();
  }

  private final InstanceMetadata metadata;
  private final Tenant tenant;
  private final Clock clock;
  private final CountDownLatch closing = new CountDownLatch(1);
  private @Nullable String machine;
  private @Nullable String told; // id of the event that the tenant knows of
  private boolean acknowledged;
  private boolean answered;
  private boolean complained;

  public EventWatch(InstanceMetadata metadata, Tenant tenant, Clock clock) {
    this.metadata = metadata;
    this.tenant = tenant;
    this.clock = clock;
  }

  /** Asks until {@link #close}. */
  public void run() {
    try {
      do {
        ask();
      } while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closing.countDown();
  }

  private void ask() throws InterruptedException {
    try {
      String name = machine;
      if (name == null) {
        name = metadata.machine(ANSWER).get("name");
        if (name == null) {
          throw new IOException("the metadata service does not say what this machine is called");
        }
        machine = name;
      }
      String self = name;
      ScheduledEvents document = metadata.events(answered ? ANSWER : FIRST_ANSWER);
      answered = true;
      complained = false;
      heed(document.events().stream().filter(event -> event.ends(self)).findFirst());
    } catch (IOException e) {
      if (closing.getCount() == 0) {
        return; // its connections were closed under it
      }
      LOG.log(
          complained ? Level.DEBUG : Level.WARNING,
          "Cannot tell whether Azure takes this machine: {0}; asking again every second.",
          String.valueOf(e.getMessage()));
      complained = true;
    }
  }

  private void heed(Optional<Event> ending) throws IOException, InterruptedException {
    if (ending.isEmpty()) {
      if (told != null) {
        LOG.log(Level.INFO, "Azure leaves this machine after all.");
        told = null;
        tenant.stay();
      }
      return;
    }
    Event event = ending.get();
    if (!event.id().equals(told)) {
      Instant notBefore = event.notBefore().orElse(clock.instant().plus(SHORTEST_NOTICE));
      LOG.log(
          Level.WARNING,
          "Azure takes this machine ({0}), not before {1}.",
          event.type(),
          notBefore);
      told = event.id();
      acknowledged = false;
      tenant.evict(notBefore, event.type());
    }
    if (!acknowledged && !event.started() && tenant.isSafe()) {
      metadata.acknowledge(event.id(), ANSWER);
      acknowledged = true;
      LOG.log(Level.INFO, "Nothing is left to lose; told Azure to go ahead.");
    }
  }
}
