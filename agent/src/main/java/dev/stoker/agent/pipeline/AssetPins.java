package dev.stoker.agent.pipeline;

import dev.stoker.agent.lease.ControllerLink;
import dev.stoker.agent.lease.Pause;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Finish.Cause;
import dev.stoker.controller.protocol.Pins;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.NodeIo;
import dev.stoker.io.pin.Pin;
import dev.stoker.io.pin.PinConflict;
import dev.stoker.io.pin.PinReport;
import dev.stoker.io.pin.PinRequest;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the sessions of a job to one version of each input, on whatever nodes they run: brings what
 * the controller has pinned to the I/O process before a session reads, and tells the controller
 * what a session met first, before its outputs may be published. Thread-safe.
 */
final class AssetPins {
  private static final Logger LOG = System.getLogger(AssetPins.class.getName());

  /** Two heartbeats: what two nodes met otherwise is found before either has rendered for long. */
  private static final Duration TOLD_EVERY = Duration.ofSeconds(10);

  /** What a sentence names of the files. */
  private static final int MOST_NAMED = 3;

  private final ControllerLink link;
  private final Pause pause;
  private final NodeIo io;

  AssetPins(ControllerLink link, Pause pause, NodeIo io) {
    this.link = link;
    this.pause = pause;
    this.io = io;
  }

  /**
   * Has a session keep to what the job has pinned by now.
   *
   * @param free what the job itself changes
   * @return whether it may; not so when the job was pinned anew since the session began
   * @throws AttemptFailure when the controller does not tell
   * @throws IoFailure when the I/O process is away
   */
  boolean refresh(String sessionId, String jobId, List<String> free) throws InterruptedException {
    PinReport known = io.pin(PinRequest.look(sessionId));
    while (true) {
      Pins.Page page = page(jobId, known.next());
      String sheet = jobId + "@" + page.generation();
      if (!known.sheetId().isEmpty() && !known.sheetId().equals(sheet)) {
        return false;
      }
      List<Pin> pins = page.pins().stream().map(pin -> new Pin(pin.name(), pin.version())).toList();
      known = io.pin(new PinRequest(sessionId, sheet, free, pins, page.next()));
      if (!page.more()) {
        return true;
      }
    }
  }

  private Pins.Page page(String jobId, long after) throws InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        return link.node().client().pins(jobId, after, Pins.MOST_AT_ONCE);
      } catch (ControllerException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (!e.retryable() || !pause.beforeRetry(tries)) {
          throw new AttemptFailure(
              "Cannot learn which versions of its assets the job reads: " + e.sentence(), true);
        }
      }
    }
  }

  /**
   * Tells what the attempt's session met, until all of it is told or the attempt is stopped. What
   * it reads by then is what every other node reads, or it fails.
   *
   * @param requireKnown whether the I/O process must know the session: it read something just now
   * @param meanwhile done now and then while the controller is away
   * @return why it must not pass
   * @throws IoFailure when the I/O process is away
   */
  Optional<Failure> settle(Attempt attempt, boolean requireKnown, Runnable meanwhile)
      throws InterruptedException {
    PinReport report = io.pin(PinRequest.look(attempt.session().id()));
    if (requireKnown && report.sheetId().isEmpty()) {
      return Optional.of(
          Failure.of(-1, "The I/O process was started anew while it brought the inputs.", true));
    }
    for (int tries = 0; !report.met().isEmpty() && attempt.stop() == null; ) {
      try {
        report = io.pin(told(attempt, report));
        tries = 0;
      } catch (ControllerException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (e.status() == 409) {
          attempt.session().retire();
          attempt.stop(new Attempt.Stop(Attempt.Stop.Kind.RETURNED, e.sentence()));
        } else if (!e.retryable() || !pause.beforeRetry(++tries)) {
          return Optional.of(
              Failure.of(
                  -1,
                  "Cannot tell which versions of its assets the task read: " + e.sentence(),
                  true));
        }
        meanwhile.run();
      }
    }
    return conflict(attempt, report);
  }

  /** Tells what sessions meet while their tasks run, so that a frame of hours fails early. */
  void tellWhileTasksRun(List<SlotWorker> workers, CountDownLatch end) {
    try {
      while (!end.await(TOLD_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        for (SlotWorker worker : workers) {
          worker.settlePins();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the session is to learn of what it met. */
  private PinRequest told(Attempt attempt, PinReport report) throws InterruptedException {
    Map<String, String> pinned = new LinkedHashMap<>();
    report.met().forEach(pin -> pinned.put(pin.name(), pin.version()));
    String sheet = report.sheetId();
    Pins.Settled settled =
        link.node()
            .client()
            .pins(
                attempt.lease().leaseId(),
                new Pins.Met(
                    attempt.lease().attempt(),
                    Long.parseLong(sheet.substring(sheet.lastIndexOf('@') + 1)),
                    report.met().stream()
                        .map(pin -> new Pins.Pin(pin.name(), pin.version()))
                        .toList()));
    settled.others().forEach(pin -> pinned.put(pin.name(), pin.version()));
    if (settled.unpinned() > 0) {
      LOG.log(
          Level.WARNING,
          "Job {0} reads more than {1} files: {2} of them are pinned on this node only.",
          attempt.lease().jobId(),
          Pins.MOST_OF_JOB,
          settled.unpinned());
    }
    List<Pin> pins = new ArrayList<>();
    pinned.forEach((name, version) -> pins.add(new Pin(name, version)));
    return new PinRequest(attempt.session().id(), sheet, List.of(), pins, 0);
  }

  private static Optional<Failure> conflict(Attempt attempt, PinReport report) {
    String sentence = sentence(attempt.lease().jobId(), report.conflicts());
    if (sentence == null) {
      return Optional.empty();
    }
    attempt.session().retire();
    return Optional.of(new Failure(Cause.ASSET_CHANGED, null, -1, sentence));
  }

  private static @Nullable String sentence(String jobId, List<PinConflict> conflicts) {
    if (conflicts.isEmpty()) {
      return null;
    }
    List<String> named =
        conflicts.stream()
            .limit(MOST_NAMED)
            .map(
                one ->
                    "%s (the job reads %s, met was %s)"
                        .formatted(one.name(), one.pinned(), one.met()))
            .toList();
    int more = conflicts.size() - named.size();
    return withAdvice(
        "An input changed since the job pinned it: "
            + String.join(", ", named)
            + (more > 0 ? " and " + more + " more" : "")
            + ".",
        jobId);
  }

  /** What a person can do about it. */
  static String withAdvice(String sentence, String jobId) {
    return "%s Put the old version back, or run 'stoker job retry --repin %s' to render with the files as they are now."
        .formatted(sentence, jobId);
  }
}
