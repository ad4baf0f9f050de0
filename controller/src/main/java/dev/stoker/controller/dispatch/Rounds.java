package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.QueueStore;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Serves waiting lease requests in rounds. A request that finds a round under way waits for the
 * next one with all others that came meanwhile, so thousands of nodes cost one change of the queue.
 * One that wins nothing waits until work appears. Thread-safe; a node has at most one request
 * waiting.
 */
final class Rounds implements Work.Listener {
  /** Bounds the length of one change. */
  private static final int MOST_POLLS = 256;

  private final Parts parts;
  private final QueueStore store;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock; both in order of arrival, by node number.
  private final Map<Long, Poll> fresh = new LinkedHashMap<>();
  private final Map<Long, Poll> idle = new LinkedHashMap<>();
  private boolean underWay;
  private boolean appearedMeanwhile;

  Rounds(Parts parts) {
    this.parts = parts;
    store = parts.store();
    parts.work().tell(this);
  }

  /** Takes a request in; its future completes when it won something or was withdrawn. */
  void add(Poll poll) {
    long node = poll.node.row.number();
    List<Poll> superseded = new ArrayList<>();
    lock.lock();
    try {
      for (Map<Long, Poll> polls : List.of(fresh, idle)) {
        Poll old = polls.remove(node);
        if (old != null) {
          superseded.add(old);
        }
      }
      fresh.put(node, poll);
    } finally {
      lock.unlock();
    }
    superseded.forEach(old -> old.grants.complete(List.of()));
    start();
  }

  /** Ends a request's wait, but not before one round looked at it. */
  void withdraw(Poll poll) {
    boolean waits;
    lock.lock();
    try {
      poll.withdrawn = true;
      waits = idle.remove(poll.node.row.number(), poll);
    } finally {
      lock.unlock();
    }
    if (waits) {
      poll.grants.complete(List.of());
    }
  }

  /** Some of the requests that got nothing so far, those that waited longest first. */
  List<Poll> idle(int most) {
    lock.lock();
    try {
      return idle.values().stream().limit(most).toList();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void nodeWon(long nodeNumber) {
    lock.lock();
    try {
      Poll waiting = idle.remove(nodeNumber);
      if (waiting == null) {
        return;
      }
      fresh.put(nodeNumber, waiting);
    } finally {
      lock.unlock();
    }
    start();
  }

  @Override
  public void workAppeared() {
    lock.lock();
    try {
      appearedMeanwhile = underWay;
      wakeIdle();
    } finally {
      lock.unlock();
    }
    start();
  }

  private void start() {
    List<Poll> batch = new ArrayList<>();
    lock.lock();
    try {
      if (underWay || fresh.isEmpty()) {
        return;
      }
      underWay = true;
      Iterator<Poll> waiting = fresh.values().iterator();
      while (waiting.hasNext() && batch.size() < MOST_POLLS) {
        batch.add(waiting.next());
        waiting.remove();
      }
    } finally {
      lock.unlock();
    }
    // Nobody waits for the round itself: it ends by answering its requests.
    var _ =
        store
            .write((rows, events) -> new Round(rows, events, parts).serve(batch))
            .whenComplete((answers, failure) -> end(batch, answers, failure));
  }

  private void end(
      List<Poll> batch, @Nullable List<List<Grant>> answers, @Nullable Throwable failure) {
    List<Runnable> completions = new ArrayList<>();
    lock.lock();
    try {
      underWay = false;
      for (int i = 0; i < batch.size(); i++) {
        Poll poll = batch.get(i);
        if (answers == null) {
          Throwable why = failure == null ? new IllegalStateException("No answer.") : failure;
          completions.add(() -> poll.grants.completeExceptionally(why));
          continue;
        }
        List<Grant> grants = answers.get(i);
        boolean superseded = fresh.containsKey(poll.node.row.number());
        if (grants.isEmpty() && !poll.withdrawn && !superseded) {
          idle.put(poll.node.row.number(), poll);
        } else {
          completions.add(() -> poll.grants.complete(grants));
        }
      }
      if (appearedMeanwhile) {
        appearedMeanwhile = false;
        wakeIdle();
      }
    } finally {
      lock.unlock();
    }
    completions.forEach(Runnable::run);
    start();
  }

  private void wakeIdle() {
    // Those that waited longest are served first.
    Map<Long, Poll> newest = new LinkedHashMap<>(fresh);
    fresh.clear();
    fresh.putAll(idle);
    newest.forEach(fresh::put);
    idle.clear();
  }
}
