package dev.stoker.agent.pipeline;

import dev.stoker.agent.lease.AttemptRecord;
import dev.stoker.agent.lease.HeldLease;
import dev.stoker.agent.session.SessionListener;
import dev.stoker.controller.protocol.Heartbeat.Phase;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs the attempts of one slot in the order in which they came: the inputs of each are fetched by
 * a thread of its own from the moment its lease is won, the slot's thread renders, and another
 * publishes.
 */
final class SlotWorker {
  private static final Logger LOG = System.getLogger(SlotWorker.class.getName());

  /** One renders, the next one's inputs come. */
  private static final int MOST_WAITING = 2;

  /** What was handed back goes to the slot that is empty, not to this one again. */
  private static final Duration HANDING_OVER = Duration.ofSeconds(5);

  /** Far within a shim's patience with a silent agent. */
  private static final Duration PING_EVERY = Duration.ofSeconds(5);

  private final String slotId;
  private final SlotPlace place;
  private final WorkDisks disks;
  private final SlotShared shared;
  private final Duration sessionIdle;
  private final Preparation preparation;
  private final AttemptLine line = new AttemptLine();
  private final Endings endings;
  private final TaskRun taskRun;
  private volatile @Nullable SlotSession current;
  private volatile @Nullable Attempt rendering;
  private volatile long asksAheadNanos = System.nanoTime();
  private boolean settled = true; // whether an adopted session is where its next task can start

  SlotWorker(String slotId, SlotPlace place, SlotShared shared, Duration sessionIdle) {
    this.slotId = slotId;
    this.place = place;
    this.disks =
        new WorkDisks(
            place.sessions(), List.of(place.shims(), shared.book().folder(), shared.outbox()));
    this.shared = shared;
    this.sessionIdle = sessionIdle;
    this.preparation = new Preparation(shared.plans(), shared.origins());
    this.endings = new Endings(shared);
    this.taskRun = new TaskRun(shared, place, disks, endings);
  }

  String slotId() {
    return slotId;
  }

  /** How many attempts it has, the one that renders included. */
  int waiting() {
    return line.size();
  }

  /** What the slot wants now: one task when it is empty, so that no node hoards, else one ahead. */
  Optional<Leasing.Wish> wish() {
    int waiting = line.size();
    boolean handsOver = waiting > 0 && System.nanoTime() - asksAheadNanos < 0;
    if (line.isClosed() || waiting >= MOST_WAITING || endings.holdBack() || handsOver) {
      return Optional.empty();
    }
    SlotSession open = current;
    return Optional.of(
        open == null || open.isOver()
            ? new Leasing.Wish(slotId, 1, "", "")
            : new Leasing.Wish(slotId, 1, open.jobId(), open.stepName()));
  }

  /** Takes a lease in; its inputs start to come. */
  void accept(HeldLease held) throws IOException {
    Leasing.Lease lease = held.lease();
    shared.book().write(AttemptRecord.leased(lease)); // first: a full disk takes nothing in
    AttemptLog log =
        new AttemptLog(lease, shared.book().fileOf(lease.leaseId(), AttemptLog.SUFFIX));
    Attempt attempt =
        line.admit(
            lease,
            current,
            shareable -> new Attempt(held, log, shareable.orElseGet(() -> newSession(lease))));
    attempt.whenWantedBack(why -> handOver(attempt, why));
    held.heldBy(attempt);
    shared.threads().execute(() -> log.send(shared.link(), shared.pause()));
    shared.threads().execute(() -> preparation.prepare(attempt));
  }

  /** Goes on with the attempt that an earlier agent's session serves; before {@link #run}. */
  void adopt(HeldLease held, AttemptRecord record, Adoption.Adopted adopted) throws IOException {
    SessionNote.Serving serving = Objects.requireNonNull(adopted.note().serving());
    AttemptLog log = goOnWithLog(record, serving.logBytes());
    Attempt attempt = new Attempt(held, log, adopted.session(), record, serving);
    line.adopt(attempt);
    current = adopted.session();
    settled = true;
    held.heldBy(attempt);
    attempt.held().phase(Phase.RENDERING, -1, "");
    Preparation.prepareAdopted(attempt, adopted.plan());
  }

  /** Keeps an earlier agent's session for a next task, unless an attempt goes on in it. */
  void settle(SlotSession adopted) {
    if (current == null) {
      current = adopted;
      settled = false;
    }
  }

  /** Goes on publishing what an earlier agent rendered; before {@link #run}. */
  void publish(HeldLease held, AttemptRecord record) throws IOException {
    SlotSession open = current;
    SlotSession session =
        open != null && open.id().equals(record.sessionId()) ? open : newSession(record.lease());
    AttemptLog log = goOnWithLog(record, Long.MAX_VALUE);
    Attempt attempt = new Attempt(held, log, session, record, null);
    held.heldBy(attempt);
    endings.goOnPublishing(attempt);
  }

  private AttemptLog goOnWithLog(AttemptRecord record, long repeatedFromBytes) throws IOException {
    Leasing.Lease lease = record.lease();
    AttemptLog log =
        AttemptLog.goOn(
            lease, shared.book().fileOf(lease.leaseId(), AttemptLog.SUFFIX), repeatedFromBytes);
    shared.threads().execute(() -> log.send(shared.link(), shared.pause()));
    return log;
  }

  /** Takes attempts from the line until {@link #close}. */
  void run() {
    try {
      SlotSession adopted = current;
      if (adopted != null && !settled) {
        adopted.settle();
        disposeOfUnused();
      }
      while (true) {
        Attempt attempt = awaitNext();
        if (attempt == null) {
          break;
        }
        work(attempt);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closeAll();
    }
  }

  /** Stops what has not reached the point of no return, and ends {@link #run}. */
  void close() {
    for (Attempt attempt : line.close()) {
      attempt.stop(
          new Attempt.Stop(Attempt.Stop.Kind.RETURNED, "The agent of this node is closing."));
    }
    SlotSession open = current;
    if (open != null) {
      open.abandon();
    }
  }

  /**
   * Ends the attempts whose inputs turned out damaged; those that wait get a session of their own.
   *
   * @param sentences what happened, by session id
   */
  void endDamaged(Map<String, String> sentences) {
    SlotSession open = current;
    if (open != null && sentences.containsKey(open.id())) {
      open.retire();
    }
    Attempt now = rendering;
    if (now != null) {
      endDamaged(now, sentences);
    }
    endings.publishing().forEach(attempt -> endDamaged(attempt, sentences));
    line.sessions().stream()
        .filter(session -> sentences.containsKey(session.id()))
        .forEach(SlotSession::retire);
  }

  /** Tells what the session that renders met; ends the attempt if others met it otherwise. */
  void settlePins() throws InterruptedException {
    Attempt now = rendering;
    if (now == null) {
      return;
    }
    try {
      Optional<Failure> changed = place.pins().settle(now, false, () -> {});
      if (changed.isPresent() && !changed.get().nodeSuspect()) {
        Failure failure = changed.get();
        now.stop(new Attempt.Stop(Attempt.Stop.Kind.ENDED, failure.sentence(), failure));
      }
    } catch (IoFailure e) {
      // Asked again soon, and when the task ends.
    }
  }

  /**
   * Ends the attempts whose inputs were served by another mount than the one that is there.
   *
   * @param instance of the mount; 0: there is none
   */
  void endUnserved(long instance) {
    SlotSession open = current;
    if (open != null && open.files().mounted().isUnserved(instance)) {
      open.retire();
    }
    Attempt now = rendering;
    if (now != null && now.session().files().mounted().isUnserved(instance)) {
      now.session().retire();
      now.stop(
          new Attempt.Stop(
              Attempt.Stop.Kind.FAULT,
              "The I/O process that served the task's inputs ended while it ran."));
    }
    line.sessions().stream()
        .filter(session -> session.files().mounted().isUnserved(instance))
        .forEach(SlotSession::retire);
  }

  private static void endDamaged(Attempt attempt, Map<String, String> sentences) {
    String sentence = sentences.get(attempt.session().id());
    if (sentence != null) {
      attempt.session().retire();
      attempt.stop(new Attempt.Stop(Attempt.Stop.Kind.FAULT, sentence));
    }
  }

  /** Hands back what will not end within {@code time}; what is being published goes on. */
  void handBack(Duration time, String why) {
    for (Attempt attempt : line.attempts()) {
      if (!attempt.endsWithin(time)) {
        attempt.stop(new Attempt.Stop(Attempt.Stop.Kind.RETURNED, why));
      }
    }
  }

  /** Hands back what waits behind another attempt, which another slot could start. */
  private void handOver(Attempt attempt, String why) {
    if (!line.withdraw(attempt)) {
      return; // its turn came
    }
    asksAheadNanos = System.nanoTime() + HANDING_OVER.toNanos();
    attempt.stop(new Attempt.Stop(Attempt.Stop.Kind.RETURNED, why));
    // Its inputs may still be coming; they stop coming now, and then it ends.
    var _ = attempt.prepared().whenComplete((done, failure) -> endings.stopped(attempt));
  }

  private SlotSession newSession(Leasing.Lease lease) {
    return new SlotSession(
        "s-" + UUID.randomUUID().toString().substring(0, 18),
        lease.jobId(),
        lease.stepName(),
        place);
  }

  /** The next attempt; meanwhile keeps the open session alive, or ends it when nothing comes. */
  private @Nullable Attempt awaitNext() throws InterruptedException {
    long idleSinceNanos = System.nanoTime();
    while (true) {
      Attempt next = line.awaitFirst(PING_EVERY);
      if (next != null || line.isClosed()) {
        return next;
      }
      SlotSession open = current;
      boolean idle = System.nanoTime() - idleSinceNanos > sessionIdle.toNanos();
      if (open != null && idle && line.retireIfIdle(open)) {
        switchTo(null);
      } else if (open != null) {
        open.ping();
      }
    }
  }

  private void work(Attempt attempt) throws InterruptedException {
    try {
      Attempt.Prepared prepared = awaitPrepared(attempt);
      boolean runs = prepared != null && attempt.stop() == null;
      if (prepared == null || !runs || !render(attempt, prepared)) {
        if (attempt.adopted() != null) {
          attempt.session().retire(); // its renderer may not have been looked at yet
        }
        endings.stopped(attempt);
      }
    } catch (AttemptFailure e) {
      endings.breakOff(attempt, e.failure());
    } catch (IOException | UncheckedIOException e) {
      String why = disks.trouble().orElse(String.valueOf(e.getMessage()));
      endings.breakOff(
          attempt, Failure.of(-1, "This node cannot run the task: " + why + ".", true));
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "Failed at the task " + attempt.lease().taskId(), e);
      String why = "The agent failed at this task; its own log says how.";
      endings.breakOff(attempt, Failure.of(-1, why, true));
    } finally {
      rendering = null;
      line.remove(attempt);
      disposeOfUnused();
      shared.wantsMore().run();
    }
  }

  /** Null when it was stopped first. */
  private Attempt.@Nullable Prepared awaitPrepared(Attempt attempt)
      throws IOException, InterruptedException {
    while (true) {
      try {
        return attempt.prepared().get(PING_EVERY.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        SlotSession open = current;
        if (open != null) {
          open.ping();
        }
      } catch (CancellationException e) {
        return null;
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case AttemptFailure failure -> throw failure;
          case IOException failure -> throw failure;
          case null, default -> throw new CompletionException(e.getCause());
        }
      }
    }
  }

  /** Whether it was handed on: to be published, or to be reported as failed. */
  private boolean render(Attempt attempt, Attempt.Prepared prepared)
      throws IOException, InterruptedException {
    rendering = attempt; // before the look at its session: damage after that stops it
    if (attempt.session().isOver()) {
      attempt.moveTo(newSession(attempt.lease()));
      Preparation.fetch(attempt, prepared.plan(), prepared.task());
    }
    SlotSession session = attempt.session();
    switchTo(session);
    return taskRun.run(attempt, prepared);
  }

  private void switchTo(@Nullable SlotSession next) throws InterruptedException {
    SlotSession open = current;
    if (open != null && open != next) {
      current = null;
      open.close(SessionListener.NONE);
    }
    current = next;
    if (next != null && line.isClosed()) {
      next.abandon();
    }
  }

  /** Ends sessions that no attempt waits for: one that is over, or one whose attempt never ran. */
  private void disposeOfUnused() throws InterruptedException {
    SlotSession open = current;
    if (open != null && open.isOver()) {
      switchTo(null);
    }
    for (SlotSession session : line.takeUnused(current)) {
      session.close(SessionListener.NONE);
    }
  }

  private void closeAll() {
    try {
      for (Attempt attempt : line.drain()) {
        // Its inputs may still be coming; it must not lose its folders to us before it noticed.
        attempt.prepared().handle((done, failure) -> 0).get(30, TimeUnit.SECONDS);
        endings.stopped(attempt);
      }
      switchTo(null);
      disposeOfUnused();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.log(Level.WARNING, "An attempt''s inputs did not stop coming: {0}", e.getMessage());
    }
  }
}
