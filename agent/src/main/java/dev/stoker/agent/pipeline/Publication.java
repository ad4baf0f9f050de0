package dev.stoker.agent.pipeline;

import dev.stoker.agent.launch.FolderTree;
import dev.stoker.agent.lease.AttemptBook;
import dev.stoker.agent.lease.AttemptRecord;
import dev.stoker.agent.lease.ControllerLink;
import dev.stoker.agent.lease.HeldLease;
import dev.stoker.agent.lease.Pause;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Finish.Outcome;
import dev.stoker.controller.protocol.Heartbeat.Phase;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.publish.Fence;
import dev.stoker.io.publish.OutputManifest;
import dev.stoker.io.publish.OutputPublisher;
import dev.stoker.io.publish.StagedOutput;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Stages outputs, asks for the commit, carries the granted manifest out, reports. Each step is on
 * disk before the next, so that {@link #resume} can go on from any of them. Thread-safe; calls
 * block.
 */
final class Publication {
  private static final Logger LOG = System.getLogger(Publication.class.getName());

  /** Tens of gigabytes over a gigabit link; for one file, or for one try at a manifest. */
  private static final Duration DEADLINE = Duration.ofHours(1);

  /** A store that is away for longer fails the attempt; another one starts with a fresh try. */
  private static final int MOST_STAGING_TRIES = 8;

  private final OutputPublisher publisher;
  private final AttemptBook book;
  private final ControllerLink link;
  private final Reports reports;
  private final Pause pause;
  private final Previews previews = new Previews();

  Publication(
      OutputPublisher publisher,
      AttemptBook book,
      ControllerLink link,
      Reports reports,
      Pause pause) {
    this.publisher = publisher;
    this.book = book;
    this.link = link;
    this.reports = reports;
    this.pause = pause;
  }

  /** Begins to stage what the attempt's renderer finishes while it goes on. */
  void stageEarly(Attempt attempt, LocationMap locations) {
    SessionFiles files = attempt.session().files();
    attempt.stagesEarly(
        EarlyStaging.begin(
            files.made().out(),
            files::isInput,
            locations,
            Fence.parse(attempt.lease().fence()),
            publisher,
            attempt.lease().slotId()));
  }

  /** Publishes what a task that succeeded left in {@code box}. */
  void publish(Attempt attempt, List<Outbox.Output> outputs, Path box) throws InterruptedException {
    long startMillis = System.currentTimeMillis();
    Fence fence = Fence.parse(attempt.lease().fence());
    List<StagedOutput> staged = new ArrayList<>();
    Future<List<Previews.Picture>> pictures = previews.begin(outputs);
    try {
      for (Outbox.Output output : outputs) {
        attempt
            .held()
            .phase(
                Phase.PUBLISHING,
                (double) staged.size() / outputs.size(),
                output.file().path().value());
        EarlyStaging early = attempt.early();
        Optional<StagedOutput> there = early == null ? Optional.empty() : early.take(output.file());
        staged.add(there.isPresent() ? there.get() : stage(attempt, output, fence));
      }
      AttemptRecord record = attempt.staged(manifest(fence, staged));
      if (attempt.stop() != null) {
        throw new Stopped();
      }
      note(record);
      List<Commit.Thumbnail> thumbnails =
          Previews.await(pictures).stream()
              .map(
                  picture ->
                      new Commit.Thumbnail(
                          staged.get(outputs.indexOf(picture.of())).destination(), picture.image()))
              .toList();
      askAndCarryOut(attempt.held(), record, startMillis, thumbnails);
    } catch (Stopped e) {
      discard(new OutputManifest(fence, staged));
      endStopped(attempt);
    } catch (AttemptFailure e) {
      if (pause.isClosed()) {
        return; // the box stays: the next agent publishes what is in it
      }
      discard(new OutputManifest(fence, staged));
      reports.failed(attempt, e.failure());
    } finally {
      pictures.cancel(true);
    }
    remove(box);
  }

  /** Goes on where an earlier agent stopped, from STAGED or GRANTED. */
  void resume(HeldLease held, AttemptRecord record) throws InterruptedException {
    askAndCarryOut(held, record, System.currentTimeMillis(), List.of());
  }

  /** Ends an attempt that was stopped before its commit was asked for. */
  void endStopped(Attempt attempt) throws InterruptedException {
    Attempt.Stop stop = attempt.stop();
    Attempt.Stop.Kind kind = stop == null ? Attempt.Stop.Kind.RETURNED : stop.kind();
    String reason = stop == null ? "" : stop.reason();
    switch (kind) {
      case LOST -> {
        LOG.log(Level.WARNING, "Lost the lease {0}: {1}", attempt.lease().leaseId(), reason);
        reports.drop(attempt.held());
      }
      case CANCELED -> reports.unpublished(attempt, Outcome.CANCELED, reason);
      case FAULT -> reports.failed(attempt, Failure.of(-1, reason, true));
      case ENDED -> {
        Failure failure = stop == null ? null : stop.failure();
        reports.failed(attempt, failure == null ? Failure.of(-1, reason, false) : failure);
      }
      case RETURNED -> reports.unpublished(attempt, Outcome.RETURNED, reason);
    }
  }

  /** Nothing was asked for yet, so an agent that cannot keep its word lets somebody else try. */
  private void note(AttemptRecord staged) {
    try {
      book.write(staged);
    } catch (IOException e) {
      throw new AttemptFailure(String.valueOf(e.getMessage()), true);
    }
  }

  private static final class Stopped extends RuntimeException {}

  private StagedOutput stage(Attempt attempt, Outbox.Output output, Fence fence)
      throws InterruptedException {
    for (int tries = 1; ; tries++) {
      if (attempt.stop() != null) {
        throw new Stopped();
      }
      try {
        return publisher.stage(
            output.file(), output.destination(), fence, Deadline.after(DEADLINE));
      } catch (IoFailure e) {
        boolean again = e.retryable() && tries < MOST_STAGING_TRIES;
        if (!again || !pause.beforeRetry(tries)) {
          throw new AttemptFailure(String.valueOf(e.getMessage()), e instanceof IoFailure.Disk);
        }
      }
    }
  }

  private void askAndCarryOut(
      HeldLease held, AttemptRecord record, long startMillis, List<Commit.Thumbnail> thumbnails)
      throws InterruptedException {
    AttemptRecord granted = record;
    if (record.state() != AttemptRecord.State.GRANTED) {
      Commit.Manifest stored = ask(held, record, thumbnails);
      if (stored == null) {
        return;
      }
      granted = record.granted(stored);
      try {
        book.write(granted);
      } catch (IOException e) {
        // It is on disk as staged: the next agent would ask again, and be granted again.
        LOG.log(Level.WARNING, "A grant is in memory only: {0}", e.getMessage());
      }
    }
    held.grant();
    Commit.Manifest manifest = granted.manifest();
    if (manifest == null) {
      throw new IllegalStateException("A granted attempt has no manifest: " + granted.lease());
    }
    switch (carryOut(manifest)) {
      case Carried.Out _ ->
          report(held, granted, Outcome.SUCCEEDED, "", bytes(manifest), startMillis);
      case Carried.Never(String why) -> report(held, granted, Outcome.FAILED, why, 0, startMillis);
      case Carried.NotYet _ ->
          LOG.log(
              Level.INFO,
              "The granted outputs of {0} wait for the next agent.",
              held.lease().leaseId());
    }
  }

  /** Asks until there is an answer: a grant whose answer was lost is a grant. Null: never. */
  private Commit.@Nullable Manifest ask(
      HeldLease held, AttemptRecord record, List<Commit.Thumbnail> thumbnails)
      throws InterruptedException {
    Commit.Manifest manifest = record.manifest();
    if (manifest == null) {
      throw new IllegalStateException("A staged attempt has no manifest: " + record.lease());
    }
    String leaseId = record.lease().leaseId();
    for (int tries = 1; ; tries++) {
      ControllerLink.Node node = null;
      try {
        node = link.node();
        return node.client()
            .commit(leaseId, new Commit.Request(record.lease().attempt(), manifest, thumbnails))
            .manifest();
      } catch (ControllerException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (e.status() == 401 && node != null) {
          link.renew(node);
        } else if (!e.retryable()) {
          LOG.log(Level.INFO, "{0} may not publish: {1}", leaseId, e.sentence());
          discard(outputs(manifest));
          endRefused(held, record, e);
          return null;
        }
        if (!pause.beforeRetry(tries)) {
          return null; // on disk as staged: the next agent asks again
        }
      }
    }
  }

  /**
   * Fenced: it is not ours. Anything else refused: our request was wrong, and the task must not
   * hang.
   */
  private void endRefused(HeldLease held, AttemptRecord record, ControllerException e)
      throws InterruptedException {
    if (held.standing() == HeldLease.Standing.CANCELED) {
      report(held, record, Outcome.CANCELED, "It was canceled.", 0, System.currentTimeMillis());
    } else if (e.status() == 409 || e.status() == 404) {
      reports.drop(held);
    } else {
      report(
          held,
          record,
          Outcome.FAILED,
          "Its outputs may not be published: " + e.sentence(),
          0,
          System.currentTimeMillis());
    }
  }

  private sealed interface Carried {
    record Out() implements Carried {}

    record Never(String why) implements Carried {}

    record NotYet() implements Carried {}
  }

  private Carried carryOut(Commit.Manifest manifest) throws InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        publisher.carryOut(outputs(manifest), Deadline.after(DEADLINE));
        return new Carried.Out();
      } catch (IoFailure.Fenced e) {
        return new Carried.Never(String.valueOf(e.getMessage()));
      } catch (IoFailure e) {
        // Whatever else it is, the grant stands: a person may repair rights or disks meanwhile.
        if (tries == 1 || !e.retryable()) {
          LOG.log(Level.WARNING, "Granted outputs are not out yet: {0}", e.getMessage());
        }
        if (!pause.beforeRetry(tries)) {
          return new Carried.NotYet();
        }
      }
    }
  }

  private void report(
      HeldLease held,
      AttemptRecord record,
      Outcome outcome,
      String message,
      long publishedBytes,
      long startMillis)
      throws InterruptedException {
    List<Finish.Span> timeline = new ArrayList<>(record.timeline());
    timeline.add(new Finish.Span("publish", startMillis, System.currentTimeMillis()));
    reports.send(
        held,
        record,
        new Finish.Request(
            record.lease().attempt(),
            outcome,
            0,
            message,
            false,
            timeline,
            record.originBytes(),
            record.cachedBytes(),
            publishedBytes,
            null,
            null,
            record.usage()));
  }

  private void discard(OutputManifest manifest) {
    if (!manifest.outputs().isEmpty()) {
      publisher.discard(manifest, Deadline.after(Duration.ofMinutes(1)));
    }
  }

  private static void remove(Path box) {
    try {
      FolderTree.delete(box);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "Cannot remove outputs that left: {0}", e.getMessage());
    }
  }

  private static long bytes(Commit.Manifest manifest) {
    return manifest.outputs().stream().mapToLong(Commit.Output::lengthBytes).sum();
  }

  private static Commit.Manifest manifest(Fence fence, List<StagedOutput> staged) {
    return new Commit.Manifest(
        fence.text(),
        staged.stream()
            .map(
                output ->
                    new Commit.Output(
                        output.destination(),
                        output.lengthBytes(),
                        output.checksum(),
                        output.blockIds(),
                        output.stagedName(),
                        output.replaces()))
            .toList());
  }

  private static OutputManifest outputs(Commit.Manifest manifest) {
    return new OutputManifest(
        Fence.parse(manifest.fence()),
        manifest.outputs().stream()
            .map(
                output ->
                    new StagedOutput(
                        output.destination(),
                        output.lengthBytes(),
                        output.checksum(),
                        output.blockIds(),
                        output.stagedName(),
                        output.replaces()))
            .toList());
  }
}
