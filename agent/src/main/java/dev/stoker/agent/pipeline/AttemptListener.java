package dev.stoker.agent.pipeline;

import dev.stoker.agent.profile.LogReader;
import dev.stoker.agent.profile.RendererEvent;
import dev.stoker.agent.session.SessionListener;
import dev.stoker.controller.protocol.Heartbeat.Phase;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Hears one action for its attempt: the log, the progress, and what the renderer lets slip that
 * must not pass although it exits with 0. Confined to the slot's thread.
 */
final class AttemptListener implements SessionListener {
  private final Attempt attempt;
  private final LogReader reader;
  private final UnaryOperator<String> readable;
  private @Nullable String fault;
  private double fraction = -1;
  private String message = "";

  /**
   * @param readable turns a session's path into one that people know
   */
  AttemptListener(Attempt attempt, LogReader reader, UnaryOperator<String> readable) {
    this.attempt = attempt;
    this.reader = reader;
    this.readable = readable;
  }

  /** A sentence that says what must not pass, or null. */
  @Nullable String fault() {
    return fault;
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

  private void event(RendererEvent event) {
    switch (event) {
      case RendererEvent.Progress(double now, String what) -> {
        fraction = now;
        message = what;
        tell();
      }
      case RendererEvent.Saved(String path) -> {
        message = "saved " + readable.apply(path);
        tell();
      }
      case RendererEvent.Missing(String name, String detail) -> {
        if (fault == null) {
          fault = "The renderer lacks the input '" + readable.apply(name) + "': " + detail + ".";
        }
      }
      case RendererEvent.BadFrame(String reason) -> {
        if (fault == null) {
          fault = "The renderer made a bad frame: " + reason + ".";
        }
      }
    }
  }

  private void tell() {
    attempt.held().phase(Phase.RENDERING, fraction, message);
  }
}
