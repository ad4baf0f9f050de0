package dev.stoker.agent.azure;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.io.net.HttpDate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The document of Azure's Scheduled Events
 * (learn.microsoft.com/azure/virtual-machines/linux/scheduled-events).
 */
record ScheduledEvents(List<Event> events) {

  /** Freeze is not among them: the machine pauses for seconds and goes on with its memory. */
  private static final Set<String> ENDINGS = Set.of("Preempt", "Terminate", "Reboot", "Redeploy");

  ScheduledEvents {
    events = List.copyOf(events);
  }

  /**
   * @param notBefore when it starts at the earliest; empty when it has started
   * @param resources names of the machines it is about
   */
  record Event(
      String id,
      String type,
      boolean started,
      Optional<Instant> notBefore,
      List<String> resources) {
    Event {
      resources = List.copyOf(resources);
    }

    /** Whether it ends what runs on this machine. */
    boolean ends(String machine) {
      return ENDINGS.contains(type) && resources.contains(machine);
    }
  }

  static ScheduledEvents parse(JsonNode document) {
    List<Event> events = new ArrayList<>();
    for (JsonNode event : document.path("Events")) {
      List<String> resources = new ArrayList<>();
      event.path("Resources").forEach(name -> resources.add(name.asText()));
      events.add(
          new Event(
              event.path("EventId").asText(),
              event.path("EventType").asText(),
              event.path("EventStatus").asText().equals("Started"),
              Optional.ofNullable(HttpDate.parse(event.path("NotBefore").asText(""))),
              resources));
    }
    return new ScheduledEvents(events);
  }
}
