package dev.stoker.agent.pipeline;

import dev.stoker.agent.profile.LogReader;
import dev.stoker.agent.profile.RendererEvent;
import dev.stoker.agent.profile.RendererEvent.Trouble;
import dev.stoker.agent.session.SessionListener;
import dev.stoker.agent.usage.UsageMeter;
import dev.stoker.controller.protocol.Finish.Cause;
import dev.stoker.controller.protocol.Heartbeat.Phase;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Hears one action for its attempt: the log, the progress, and what the renderer lets slip that
 * must not pass although it exits with 0. Confined to the slot's thread, but for {@link #trouble}.
 */
final class AttemptListener implements SessionListener {
  /** Enough to see what is wrong. */
  private static final int MOST_NAMED = 5;

  private final Attempt attempt;
  private final LogReader reader;
  private final UnaryOperator<String> readable;
  private RendererWord.@Nullable Fault fault;
  private volatile @Nullable Trouble trouble; // also read by whoever ends a silent renderer
  private @Nullable UsageMeter meter;
  private double fraction = -1;
  private String message = "";

  /**
   * @param readable turns a session's path into one that people know
   */
  AttemptListener(Attempt attempt, LogReader reader, UnaryOperator<String> readable) {
    SessionNote.Serving adopted = attempt.adopted();
    if (adopted != null) { // of actions that had ended by then
      this.fault = adopted.fault();
      this.trouble = adopted.trouble();
    }
    this.attempt = attempt;
    this.reader = reader;
    this.readable = readable;
  }

  /** What was heard so far. */
  RendererWord heard() {
    return new RendererWord(fault, trouble, reader::ended);
  }

  /** What its failure would be about; null when it said nothing of that kind. */
  @Nullable Trouble trouble() {
    return trouble;
  }

  /** Tells how its processes do from now on. */
  void measuredBy(@Nullable UsageMeter its) {
    meter = its;
  }

  @Override
  public void line(String text, boolean shown) {
    if (shown) {
      attempt.log().append(text);
    }
    note(text);
  }

  /** A line for the reader only. */
  void note(String text) {
    reader.line(text, this::event);
  }

  @Override
  public void progress(double now) {
    fraction = now;
    tell();
  }

  @Override
  public void status(String now) {
    message = now;
    tell();
  }

  /**
   * Of names that were looked for in vain, those that its renderer does not just try.
   *
   * @param missing {@code LOCATION/path}
   * @param opened what was found, likewise
   */
  List<String> lacking(List<String> missing, Set<String> opened) {
    return reader.lacking(missing, opened);
  }

  /** It rendered without inputs that it asked for. */
  void lacks(List<String> names) {
    if (fault == null) {
      int more = Math.min(names.size(), MOST_NAMED);
      fault =
          new RendererWord.Fault(
              Cause.ASSET_MISSING,
              "The renderer asked for %s %s%s, which %s not there; a job that can do without says so in STOKER_ALLOW_MISSING."
                  .formatted(
                      names.size() == 1 ? "the input" : "the inputs",
                      String.join(
                          ", ", names.subList(0, more).stream().map(n -> "'" + n + "'").toList()),
                      names.size() > more ? " and " + (names.size() - more) + " more" : "",
                      names.size() == 1 ? "is" : "are"));
    }
  }

  private void event(RendererEvent event) {
    switch (event) {
      case RendererEvent.Progress(double now, String what) -> {
        fraction = now;
        message = what;
        tell();
      }
      case RendererEvent.Saved(String path) -> {
        message = "saved " + readable.apply(path);
        EarlyStaging early = attempt.early();
        if (early != null) {
          early.saved(path);
        }
        tell();
      }
      case RendererEvent.Missing(String name, String detail) -> {
        if (fault == null) {
          fault =
              new RendererWord.Fault(
                  Cause.ASSET_MISSING,
                  "The renderer lacks the input '" + readable.apply(name) + "': " + detail + ".");
        }
      }
      case RendererEvent.BadFrame(String reason) -> {
        if (fault == null) {
          fault =
              new RendererWord.Fault(
                  Cause.BAD_FRAME, "The renderer made a bad frame: " + reason + ".");
        }
      }
      case Trouble heard -> trouble(heard);
      case RendererEvent.PeakMemory(long bytes) -> {
        if (meter != null) {
          meter.reportedPeak(bytes);
        }
      }
    }
  }

  private void trouble(Trouble heard) {
    Trouble before = trouble;
    if (before == null || (heard.fatal() && !before.fatal())) {
      trouble = heard;
    }
    if (heard.fatal()) {
      // Some renderers that get no licence wait for one for ever (V-Ray), or go on with a
      // watermark.
      attempt.stop(
          new Attempt.Stop(
              Attempt.Stop.Kind.ENDED,
              heard().sentence(heard),
              new Failure(heard.cause(), heard.retry(), -1, heard().sentence(heard))));
    }
  }

  private void tell() {
    if (meter != null) {
      meter.progressed();
    }
    attempt.held().phase(Phase.RENDERING, fraction, message);
  }
}
