package dev.stoker.agent.pipeline;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.NodeIo;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Whether the origins that this node's tasks read from answer it: one small question each, asked by
 * the I/O process, and only where the last answer is old. Thread-safe.
 *
 * <p>A task whose origin does not answer goes back at no cost, and the node takes no work until the
 * origin answers: without that a node which lost its way to the store would draw the queue and fail
 * it, or every node would while the store is away. For {@link #PATIENCE} only: an origin that stays
 * away is tried in earnest then, so that its tasks end with its name, and other jobs get their
 * turn.
 */
final class OriginWatch {
  /** Far within the time that fetching a frame's inputs takes. */
  private static final Duration WELL = Duration.ofSeconds(30);

  private static final Duration ILL = Duration.ofSeconds(5);

  /** A round trip across the world, twice, and a server that is busy. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** What the I/O process may take longer than it was told to. */
  private static final Duration GRACE = Duration.ofSeconds(3);

  /** The longest that a store's failover takes (Azure names minutes); people are told at once. */
  static final Duration PATIENCE = Duration.ofMinutes(5);

  /** A node's jobs read from a handful. */
  private static final int MOST = 64;

  private final NodeIo io;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock(); // guards the map and what is in it
  private final Map<Origin, State> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Origin, State> eldest) {
          return size() > MOST;
        }
      };

  private volatile boolean doubted;

  OriginWatch(NodeIo io, Clock clock) {
    this.io = io;
    this.clock = clock;
  }

  /** A tree, and the project with whose credentials it is read. */
  record Origin(String uri, String project) {}

  private static final class State {
    private Instant asked = Instant.MIN;
    private @Nullable Instant illSince;
    private @Nullable String sentence;
    private @Nullable CompletableFuture<Void> answer; // under way
  }

  /**
   * What a task needs that is about to be prepared.
   *
   * @return why it should go back, in a sentence; empty when all answer, or one has not for so long
   *     that it is to be tried in earnest
   */
  Optional<String> trouble(Collection<Origin> needed) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      needed.forEach(origin -> known.computeIfAbsent(origin, any -> new State()));
      return ask(needed);
    } finally {
      lock.unlock();
    }
  }

  /** The same for all that did not answer when they were asked last. */
  Optional<String> trouble() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      return ask(
          known.entrySet().stream()
              .filter(entry -> entry.getValue().illSince != null)
              .map(Map.Entry::getKey)
              .toList());
    } finally {
      lock.unlock();
    }
  }

  /** An attempt failed by the node's fault: whatever was well is asked anew. Waits for nothing. */
  void doubt() {
    doubted = true;
  }

  private Optional<String> ask(Collection<Origin> origins) throws InterruptedException {
    if (doubted) {
      doubted = false;
      known.values().forEach(state -> state.asked = Instant.MIN);
    }
    Instant now = clock.instant();
    List<Origin> due = origins.stream().filter(origin -> isDue(origin, now)).toList();
    due.forEach(this::begin);
    long end = System.nanoTime() + ANSWER.plus(GRACE).toNanos();
    for (Origin origin : due) {
      conclude(origin, end - System.nanoTime(), now);
    }
    for (Origin origin : origins) {
      State state = known.get(origin);
      if (state != null && isIll(state, now)) {
        return Optional.of(String.valueOf(state.sentence));
      }
    }
    return Optional.empty();
  }

  private static boolean isIll(State state, Instant now) {
    Instant since = state.illSince;
    return since != null && since.plus(PATIENCE).isAfter(now);
  }

  private boolean isDue(Origin origin, Instant now) {
    State state = known.get(origin);
    return state != null && !state.asked.plus(state.illSince == null ? WELL : ILL).isAfter(now);
  }

  /** Asks in a thread of its own, one question at a time. */
  private void begin(Origin origin) {
    State state = known.get(origin);
    if (state == null || state.answer != null) {
      return;
    }
    CompletableFuture<Void> answer = new CompletableFuture<>();
    state.answer = answer;
    Thread.ofVirtual()
        .name("probe " + origin.uri())
        .start(
            () -> {
              try {
                io.probe(origin.uri(), origin.project(), Deadline.after(ANSWER));
                answer.complete(null);
              } catch (RuntimeException e) {
                answer.completeExceptionally(e);
              }
            });
  }

  private void conclude(Origin origin, long nanos, Instant now) throws InterruptedException {
    State state = known.get(origin);
    CompletableFuture<Void> answer = state == null ? null : state.answer;
    if (state == null || answer == null) {
      return;
    }
    state.asked = now;
    try {
      answer.get(Math.max(1, nanos), TimeUnit.NANOSECONDS);
      state.answer = null;
      state.illSince = null;
    } catch (TimeoutException e) {
      ill(state, now, origin.uri() + " does not answer this node.");
    } catch (ExecutionException e) {
      state.answer = null;
      switch (e.getCause()) {
        case IoFailure.Unavailable away -> ill(state, now, String.valueOf(away.getMessage()));
        case IoFailure.TimedOut late -> ill(state, now, String.valueOf(late.getMessage()));
        case IoFailure.Disk broken -> ill(state, now, String.valueOf(broken.getMessage()));
        case null, default -> state.illSince = null; // it answered, or nobody can say
      }
    }
  }

  private static void ill(State state, Instant now, String sentence) {
    if (state.illSince == null) {
      state.illSince = now;
    }
    state.sentence = sentence;
  }
}
