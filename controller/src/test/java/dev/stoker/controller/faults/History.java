package dev.stoker.controller.faults;

import dev.stoker.controller.protocol.Commit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What nodes were answered and what they made visible, to be replayed through a model of invariants
 * 1 and 2: an attempt belongs to one node, one attempt of a task is granted, none that was given
 * up, files appear only under a grant and as granted, nothing of a finished task is given out
 * again, no task is left behind.
 *
 * <p>An event is noted when its answer was read, and says when its call was made: only of calls
 * that did not overlap is it known which came first. Thread-safe.
 */
final class History {
  private final Queue<Event> events = new ConcurrentLinkedQueue<>();
  private final AtomicLong now = new AtomicLong();

  /** One thing that happened; {@code at} is when it was known. */
  sealed interface Event {
    String task();

    int attempt();

    /** A lease was given to a node, which asked at {@code asked}. */
    record Leased(
        String task, int attempt, String node, Commit.@Nullable Manifest recover, long asked)
        implements Event {}

    /** A heartbeat was answered that did not list the lease, or that said it is lost. */
    record GivenUp(String task, int attempt, long at) implements Event {}

    record Granted(String task, int attempt, Commit.Manifest manifest, long asked)
        implements Event {}

    record Published(String task, int attempt, Commit.Manifest manifest) implements Event {}

    /** A finish report was taken. */
    record Acknowledged(String task, int attempt, long at) implements Event {}
  }

  /** What the model says of a run. */
  record Verdict(int lost, int doubled, int corrupt) {}

  /** What the model says, and what it found, for who looks for the cause. */
  record Replay(Verdict verdict, List<String> finds) {}

  /** A moment that is later than all before. */
  long moment() {
    return now.incrementAndGet();
  }

  void add(Event event) {
    events.add(event);
  }

  int size() {
    return events.size();
  }

  /**
   * @param tasks every task of the job
   */
  Replay replay(List<String> tasks) {
    var model = new Model();
    events.forEach(model::next);
    return new Replay(model.verdict(tasks), model.finds);
  }

  /** The two invariants over one sequence of events. */
  private static final class Model {
    private final Map<String, String> holders = new HashMap<>();
    private final Map<String, Event.GivenUp> givenUp = new HashMap<>();
    private final Map<String, Event.Granted> grants = new HashMap<>();
    private final Map<String, Event.Published> published = new HashMap<>();
    private final Map<String, Event.Acknowledged> done = new HashMap<>();
    private final Set<String> recovered = new HashSet<>();
    private final List<String> finds = new ArrayList<>();
    private int doubled;
    private int corrupt;

    private void doubled(String what, Object before, Event now) {
      doubled++;
      finds.add("doubled: %s: %s, then %s".formatted(what, before, now));
    }

    private void corrupt(String what, @Nullable Object before, Event now) {
      corrupt++;
      finds.add("corrupt: %s: %s, then %s".formatted(what, before, now));
    }

    private static String key(Event event) {
      return event.task() + "#" + event.attempt();
    }

    void next(Event event) {
      switch (event) {
        case Event.Leased leased -> leased(leased);
        case Event.GivenUp gone -> givenUp.putIfAbsent(key(gone), gone);
        case Event.Granted granted -> granted(granted);
        case Event.Published files -> published(files);
        case Event.Acknowledged finished -> finished(finished);
      }
    }

    private void leased(Event.Leased leased) {
      String holder =
          leased.recover() == null ? holders.putIfAbsent(key(leased), leased.node()) : null;
      if (holder != null && !holder.equals(leased.node())) {
        doubled("an attempt of two nodes", holder, leased);
      }
      Event.Acknowledged before = done.get(leased.task());
      if (before != null && before.at() < leased.asked()) {
        doubled("a finished task given out", before, leased);
      }
      if (leased.recover() != null) {
        recovered.add(leased.task());
        requireGranted(leased, leased.recover());
      }
    }

    private void granted(Event.Granted granted) {
      Event.Granted before = grants.putIfAbsent(granted.task(), granted);
      if (before != null && before.attempt() != granted.attempt()) {
        doubled("two attempts granted", before, granted);
      } else if (before != null && !before.manifest().equals(granted.manifest())) {
        corrupt("two manifests granted", before, granted);
      }
      Event.GivenUp gone = givenUp.get(key(granted));
      if (before == null && gone != null && gone.at() < granted.asked()) {
        doubled("granted after it was given up", gone, granted);
      }
    }

    private void published(Event.Published files) {
      Event.Published before = published.putIfAbsent(files.task(), files);
      if (before != null && !before.manifest().equals(files.manifest())) {
        doubled("two manifests carried out", before, files);
      }
      if (!grants.containsKey(files.task()) && !recovered.contains(files.task())) {
        corrupt("carried out without a grant", null, files);
      }
      requireGranted(files, files.manifest());
    }

    private void finished(Event.Acknowledged finished) {
      done.putIfAbsent(finished.task(), finished);
      if (!published.containsKey(finished.task())) {
        corrupt("finished without its files", null, finished);
      }
    }

    /** Granted to a node that died before it could say so: then the recovery's manifest is it. */
    private void requireGranted(Event event, Commit.Manifest manifest) {
      Event.Granted grant = grants.get(event.task());
      if (grant != null && !grant.manifest().equals(manifest)) {
        corrupt("another manifest than was granted", grant, event);
      }
    }

    Verdict verdict(List<String> tasks) {
      List<String> lost = tasks.stream().filter(task -> !published.containsKey(task)).toList();
      lost.forEach(task -> finds.add("lost: " + task));
      return new Verdict(lost.size(), doubled, corrupt);
    }
  }
}
