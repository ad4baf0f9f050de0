package dev.stoker.agent.session;

import dev.stoker.agent.launch.ActionEnd;
import dev.stoker.agent.launch.ActionRun;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Follows one action to its end: hands out its output, and stops it when its time is up, when
 * somebody cancels it, or when it says something that must not pass.
 *
 * <p>Waits for the end itself, not for the next look: looking at the log in between costs a read of
 * nothing.
 */
final class ActionWatch {
  private static final Logger LOG = System.getLogger(ActionWatch.class.getName());

  /** Output shows up this late at most; fifty empty reads a second cost no measurable CPU. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(20);

  /** Far within a shim's patience with a silent agent. */
  private static final long PING_NANOS = Duration.ofSeconds(5).toNanos();

  /** More log than this is a runaway; it would fill the node's disk. */
  private static final long MOST_LOG_BYTES = 16L << 30;

  private final ActionRun run;
  private final OutputReader output;
  private final Stopping stopping;
  private final CancelRequest cancelRequest;
  private final Clock clock;
  private final @Nullable Duration timeout;
  private final long startNanos;
  private long pingedNanos = System.nanoTime();

  private @Nullable ActionResult verdict;
  private long killAtNanos = Long.MAX_VALUE;
  private boolean killed;

  /**
   * How the template wants an action stopped.
   *
   * @param notice how long it gets after SIGTERM; null: SIGKILL at once
   * @param folders where the notice is put
   */
  record Stopping(@Nullable Duration notice, SessionFolders folders) {}

  /**
   * @param age how long it has been running; zero unless an earlier agent started it
   */
  ActionWatch(
      ActionRun run,
      OutputReader output,
      Stopping stopping,
      CancelRequest cancelRequest,
      Clock clock,
      @Nullable Duration timeout,
      Duration age) {
    this.startNanos = System.nanoTime() - age.toNanos();
    this.run = run;
    this.output = output;
    this.stopping = stopping;
    this.cancelRequest = cancelRequest;
    this.clock = clock;
    this.timeout = timeout;
  }

  ActionResult follow() throws InterruptedException {
    boolean more = false;
    while (true) {
      Optional<ActionEnd> end = run.await(more ? Duration.ZERO : LOOK_EVERY);
      if (end.isPresent()) {
        run.log().finish(output::line);
        return result(end.get());
      }
      more = run.log().drain(output::line);
      judge();
    }
  }

  private void judge() {
    long now = System.nanoTime();
    if (now - pingedNanos > PING_NANOS) {
      pingedNanos = now;
      run.ping();
    }
    Optional<Duration> canceled = cancelRequest.grace();
    if (verdict == null && canceled.isPresent()) {
      stop(new ActionResult(ActionResult.Outcome.CANCELED, -1, "was canceled", false));
    } else if (verdict == null && output.problem() != null) {
      stop(failed(output.problem()));
    } else if (verdict == null && run.log().readBytes() > MOST_LOG_BYTES) {
      stop(failed("wrote more than " + (MOST_LOG_BYTES >> 30) + " GiB of log"));
    } else if (verdict == null && timeout != null && now - startNanos > timeout.toNanos()) {
      stop(
          new ActionResult(
              ActionResult.Outcome.TIMED_OUT,
              -1,
              "took longer than its timeout of " + timeout.toSeconds() + " s",
              false));
    }
    if (verdict != null && canceled.isPresent()) {
      killAtNanos = Math.min(killAtNanos, cancelRequest.atNanos() + canceled.get().toNanos());
    }
    if (verdict != null && !killed && now >= killAtNanos) {
      killed = true;
      run.kill();
    }
  }

  private void stop(ActionResult why) {
    verdict = why;
    Duration notice = stopping.notice();
    if (notice == null) {
      killAtNanos = System.nanoTime();
      return;
    }
    Duration period =
        cancelRequest.grace().filter(grace -> grace.compareTo(notice) < 0).orElse(notice);
    if (period.isZero()) {
      killAtNanos = System.nanoTime();
      return;
    }
    killAtNanos = System.nanoTime() + period.toNanos();
    notice(period);
    run.terminate();
  }

  private void notice(Duration period) {
    Path file = stopping.folders().work().resolve("cancel_info.json");
    String end = clock.instant().plus(period).truncatedTo(ChronoUnit.SECONDS).toString();
    try {
      stopping.folders().write(file, "{\"NotifyEnd\": \"" + end + "\"}\n", false);
    } catch (IOException e) {
      // A full disk must not keep a renderer running that is to be stopped.
      LOG.log(Level.WARNING, "Cannot write the notice {0}: {1}", file, e.getMessage());
    }
  }

  private ActionResult result(ActionEnd end) {
    boolean suspect = end.processesLeft() > 0 || end.how() instanceof ActionEnd.Vanished;
    if (verdict != null) {
      return new ActionResult(
          verdict.outcome(), end.exitCode(), verdict.message(), suspect || verdict.nodeSuspect());
    }
    if (output.problem() != null) {
      return failed(output.problem());
    }
    if (end.succeeded()) {
      return new ActionResult(ActionResult.Outcome.SUCCEEDED, 0, "", suspect);
    }
    String said = output.failMessage();
    String message = end.describe() + (said == null ? "" : ": " + said);
    return new ActionResult(ActionResult.Outcome.FAILED, end.exitCode(), message, suspect);
  }

  private static ActionResult failed(String message) {
    return new ActionResult(ActionResult.Outcome.FAILED, -1, message, false);
  }
}
