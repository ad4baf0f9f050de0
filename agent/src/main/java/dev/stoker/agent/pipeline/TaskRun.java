package dev.stoker.agent.pipeline;

import dev.stoker.agent.session.ActionResult;
import dev.stoker.controller.protocol.Heartbeat.Phase;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Runs the renderers of one slot: one task at a time, in the session that is its attempt's, from
 * the moment its inputs are there until it is handed on. Of the slot's thread.
 */
final class TaskRun {
  /** Longer than any notice a template may ask for (2023-09, section 5.3.2: 600 s). */
  private static final Duration AS_THE_TEMPLATE_WANTS = Duration.ofMinutes(11);

  /** For a renderer that is ended as it hangs: what a crash handler takes to say where. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(10);

  private final SlotShared shared;
  private final SlotPlace place;
  private final WorkDisks disks;
  private final Endings endings;

  TaskRun(SlotShared shared, SlotPlace place, WorkDisks disks, Endings endings) {
    this.shared = shared;
    this.place = place;
    this.disks = disks;
    this.endings = endings;
  }

  /** Whether it was handed on: to be published, or to be reported as failed. */
  boolean run(Attempt attempt, Attempt.Prepared prepared) throws IOException, InterruptedException {
    SlotSession session = attempt.session();
    session.clearCancel();
    attempt.whenStopped(
        stop ->
            session.cancel(
                switch (stop.kind()) {
                  case CANCELED -> AS_THE_TEMPLATE_WANTS;
                  case ENDED -> LAST_WORDS;
                  case FAULT, RETURNED, LOST -> Duration.ZERO;
                }));
    SessionNote.Serving adopted = attempt.adopted();
    long startMillis = adopted == null ? System.currentTimeMillis() : adopted.startMillis();
    long memoryKills = adopted == null ? place.memoryKills().getAsLong() : adopted.memoryKills();
    if (adopted == null) {
      session.files().nextTask();
    }
    attempt.running(startMillis);
    shared.book().write(attempt.record());
    attempt.held().phase(Phase.RENDERING, -1, "");
    AttemptListener listener =
        new AttemptListener(attempt, shared.profiles().newLogReader(), session::readable);
    session.serve(
        () ->
            new SessionNote.Serving(
                attempt.lease().leaseId(),
                listener.heard().fault(),
                listener.trouble(),
                attempt.log().writtenBytes(),
                memoryKills,
                startMillis));
    ActionResult result = disks.judged(supervised(attempt, prepared, listener));
    EarlyStaging early = attempt.early();
    if (early != null) {
      early.end();
    }
    if (!result.succeeded()) {
      session.retire();
    }
    session.takeNotes().forEach(listener::note);
    session.serve(null);
    attempt.whenStopped(null);
    attempt.did("render", startMillis, System.currentTimeMillis());
    boolean memoryKilled = place.memoryKills().getAsLong() > memoryKills;
    // Before anything is published; and before the look, which finds an I/O process that forgot.
    Optional<Failure> changed = session.settlePins(attempt, false);
    Optional<Failure> unserved = InputUse.look(attempt, listener, result);
    return endings.handOn(
        attempt,
        prepared.plan().locations(),
        unserved
            .or(() -> changed)
            .or(() -> Verdict.of(result, memoryKilled, listener.heard()))
            .orElse(null));
  }

  private ActionResult supervised(
      Attempt attempt, Attempt.Prepared prepared, AttemptListener listener)
      throws IOException, InterruptedException {
    SlotSession session = attempt.session();
    long shim = session.open(prepared.plan());
    try (Supervision watch =
        new Supervision(attempt, listener, place.watching(), shim, place.binding().cgroups())) {
      ActionResult ready = session.ready(prepared.plan(), prepared.step(), listener);
      if (!ready.succeeded() || attempt.stop() != null) {
        return ready;
      }
      watch.declared(session.variable(Supervision.PATIENCE_VARIABLE));
      shared.publication().stageEarly(attempt, prepared.plan().locations());
      return session.runTask(prepared.plan(), prepared.step(), prepared.task(), listener);
    }
  }
}
