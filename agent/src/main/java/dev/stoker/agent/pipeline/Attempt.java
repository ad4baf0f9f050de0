package dev.stoker.agent.pipeline;

import dev.stoker.agent.lease.AttemptRecord;
import dev.stoker.agent.lease.HeldLease;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.TaskUsage;
import dev.stoker.io.daemon.StageProgress;
import dev.stoker.openjd.job.Step;
import dev.stoker.openjd.space.TaskParameters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One attempt on its way through a slot. Any thread may stop it; the rest belongs to whichever part
 * of the pipeline has it.
 */
final class Attempt implements HeldLease.Holder {

  /**
   * Why it must not go on.
   *
   * @param failure what its report says, where it says more than the reason
   */
  record Stop(Kind kind, String reason, @Nullable Failure failure) {
    Stop(Kind kind, String reason) {
      this(kind, reason, null);
    }

    /** Later ones win over earlier ones. */
    enum Kind {
      /** What it read on this node cannot be trusted: it fails, and is tried again. */
      FAULT,
      /** For what its renderer did, or did not do: it fails. */
      ENDED,
      /** The agent closes, or another slot is empty: somebody else runs it. */
      RETURNED,
      /** Somebody asked for it. */
      CANCELED,
      /** It is not ours any more. */
      LOST
    }
  }

  /** What is needed to run it; its inputs are there. */
  record Prepared(JobPlan plan, Step step, TaskParameters task) {}

  private final HeldLease held;
  private final AttemptLog log;
  private final CompletableFuture<Prepared> prepared = new CompletableFuture<>();
  private final ReentrantLock lock = new ReentrantLock(); // guards stop, stopper and the timeline
  private @Nullable Stop stop;
  private @Nullable Consumer<Stop> stopper;
  private final List<Finish.Span> timeline = new ArrayList<>();
  private volatile SlotSession session;
  private volatile AttemptRecord record;
  private volatile long runningSinceNanos;
  private volatile StageProgress input = StageProgress.NONE;
  private volatile @Nullable TaskUsage usage;
  private final SessionNote.@Nullable Serving adopted;
  private volatile @Nullable EarlyStaging early;
  private volatile @Nullable Consumer<String> handOver;

  Attempt(HeldLease held, AttemptLog log, SlotSession session) {
    this.held = held;
    this.log = log;
    this.session = session;
    this.record = AttemptRecord.leased(held.lease());
    this.adopted = null;
  }

  /**
   * One that an earlier agent had.
   *
   * @param adopted what that one noted with its session, where the session goes on
   */
  Attempt(
      HeldLease held,
      AttemptLog log,
      SlotSession session,
      AttemptRecord record,
      SessionNote.@Nullable Serving adopted) {
    this.held = held;
    this.log = log;
    this.session = session;
    this.record = record;
    this.adopted = adopted;
    this.timeline.addAll(record.timeline());
    this.usage = record.usage();
    this.input = new StageProgress(0, 0, 0, 0, record.originBytes(), record.cachedBytes());
  }

  /** What an earlier agent noted of its renderer, which goes on; null: this agent starts it. */
  SessionNote.@Nullable Serving adopted() {
    return adopted;
  }

  HeldLease held() {
    return held;
  }

  Leasing.Lease lease() {
    return held.lease();
  }

  AttemptLog log() {
    return log;
  }

  SlotSession session() {
    return session;
  }

  /** Its session broke under another attempt before this one had its turn. */
  void moveTo(SlotSession other) {
    session = other;
  }

  /** Completed when its inputs are there, or cannot be. */
  CompletableFuture<Prepared> prepared() {
    return prepared;
  }

  AttemptRecord record() {
    return record;
  }

  /**
   * @param sinceMillis since 1970
   */
  void running(long sinceMillis) {
    long tookMillis = Math.max(0, System.currentTimeMillis() - sinceMillis);
    runningSinceNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(tookMillis);
    record = record.running(session.id(), timeline(), input.originBytes(), input.cachedBytes());
  }

  /** Files that are finished are staged from now on while the renderer goes on. */
  void stagesEarly(EarlyStaging begun) {
    early = begun;
  }

  @Nullable EarlyStaging early() {
    return early;
  }

  AttemptRecord rendered(List<AttemptRecord.Waiting> outputs) {
    record = record.rendered(outputs, timeline(), usage);
    return record;
  }

  /** Whether its renderer, which has come so far in so long, will end within {@code time}. */
  boolean endsWithin(Duration time) {
    Heartbeat.Held report = held.report();
    if (report.phase() == Heartbeat.Phase.PUBLISHING) {
      return true;
    }
    double done = report.phaseFraction();
    if (report.phase() != Heartbeat.Phase.RENDERING || done <= 0) {
      return false;
    }
    double takenNanos = System.nanoTime() - runningSinceNanos;
    return takenNanos / done * (1 - done) < time.toNanos();
  }

  AttemptRecord staged(Commit.Manifest manifest) {
    record = record.staged(manifest, timeline(), input.originBytes(), input.cachedBytes(), usage);
    return record;
  }

  void addInput(StageProgress more) {
    StageProgress was = input;
    input =
        new StageProgress(
            was.filesTotal() + more.filesTotal(),
            was.filesDone() + more.filesDone(),
            was.bytesTotal() + more.bytesTotal(),
            was.bytesDone() + more.bytesDone(),
            was.originBytes() + more.originBytes(),
            was.cachedBytes() + more.cachedBytes());
  }

  /** What its processes took; null as long as nobody measured them to their end. */
  @Nullable TaskUsage usage() {
    return usage;
  }

  void took(TaskUsage all) {
    usage = all;
  }

  StageProgress input() {
    return input;
  }

  void did(String what, long startMillis, long endMillis) {
    lock.lock();
    try {
      timeline.add(new Finish.Span(what, startMillis, endMillis));
    } finally {
      lock.unlock();
    }
  }

  List<Finish.Span> timeline() {
    lock.lock();
    try {
      return List.copyOf(timeline);
    } finally {
      lock.unlock();
    }
  }

  @Nullable Stop stop() {
    lock.lock();
    try {
      return stop;
    } finally {
      lock.unlock();
    }
  }

  /** Says what is to be done when it is stopped; done at once when it was. */
  void whenStopped(@Nullable Consumer<Stop> action) {
    lock.lock();
    try {
      stopper = action;
      if (stop != null && action != null) {
        action.accept(stop);
      }
    } finally {
      lock.unlock();
    }
  }

  void stop(Stop why) {
    lock.lock();
    try {
      if (stop == null || stop.kind().compareTo(why.kind()) < 0) {
        stop = why;
        if (stopper != null) {
          stopper.accept(why);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Says what is to be done when somebody else could run it at once. */
  void whenWantedBack(Consumer<String> action) {
    handOver = action;
  }

  @Override
  public void wantedBack(String reason) {
    Consumer<String> action = handOver;
    if (action != null) {
      action.accept(reason);
    }
  }

  @Override
  public void canceled(String reason) {
    stop(new Stop(Stop.Kind.CANCELED, reason));
  }

  @Override
  public void lost(String reason) {
    stop(new Stop(Stop.Kind.LOST, reason));
  }
}
