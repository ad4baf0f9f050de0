package dev.stoker.controller.faults;

import dev.stoker.controller.protocol.Commit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What nodes were answered and what they made visible, to be replayed through a model of invariants
 * 1 and 2: one grant a task, files only under a grant and as granted, no task left behind.
 */
final class History {
  private final Queue<Event> events = new ConcurrentLinkedQueue<>();

  /** One thing that happened, in the order in which it was known. */
  sealed interface Event {
    String task();

    record Granted(String task, int attempt, Commit.Manifest manifest) implements Event {}

    record Published(String task, int attempt, Commit.Manifest manifest) implements Event {}

    record Acknowledged(String task, int attempt) implements Event {}
  }

  /** What the model says of a run. */
  record Verdict(int lost, int doubled, int corrupt) {}

  void add(Event event) {
    events.add(event);
  }

  int size() {
    return events.size();
  }

  /**
   * @param tasks every task of the job
   */
  Verdict replay(List<String> tasks) {
    Map<String, Event.Granted> grants = new HashMap<>();
    Map<String, Event.Published> published = new HashMap<>();
    int doubled = 0;
    int corrupt = 0;
    for (Event event : events) {
      switch (event) {
        case Event.Granted granted -> {
          Event.Granted before = grants.putIfAbsent(granted.task(), granted);
          if (before != null && before.attempt() != granted.attempt()) {
            doubled++;
          } else if (before != null && !before.manifest().equals(granted.manifest())) {
            corrupt++;
          }
        }
        case Event.Published files -> {
          Event.Published before = published.putIfAbsent(files.task(), files);
          Event.Granted grant = grants.get(files.task());
          if (before != null && before.attempt() != files.attempt()) {
            doubled++;
          }
          // Granted to a node that died before it could say so: then the recovery's manifest is it.
          if (grant != null && !grant.manifest().equals(files.manifest())) {
            corrupt++;
          }
        }
        case Event.Acknowledged done -> {
          if (!published.containsKey(done.task())) {
            corrupt++;
          }
        }
      }
    }
    int lost = (int) tasks.stream().filter(task -> !published.containsKey(task)).count();
    return new Verdict(lost, doubled, corrupt);
  }
}
