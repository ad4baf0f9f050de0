package dev.stoker.agent.profile;

import dev.stoker.controller.protocol.Finish;
import org.jspecify.annotations.Nullable;

/** What a renderer said of its work. */
public sealed interface RendererEvent {

  /**
   * @param fraction of the current frame, 0 to 1
   * @param message in a few words, such as {@code frame 7, sample 3 of 16}
   */
  record Progress(double fraction, String message) implements RendererEvent {}

  /**
   * A file was written under its final name; the renderer may still hold others open.
   *
   * @param path as the renderer named it
   */
  record Saved(String path) implements RendererEvent {}

  /**
   * An input is not there; the task must not pass, whatever the exit status.
   *
   * @param name the path as the renderer would have opened it
   * @param detail who needs it and why it cannot be read, one clause
   */
  record Missing(String name, String detail) implements RendererEvent {}

  /**
   * The frame must not pass, whatever the exit status.
   *
   * @param reason one clause
   */
  record BadFrame(String reason) implements RendererEvent {}

  /**
   * What a failure is about, should this be one.
   *
   * @param cause what kind
   * @param reason one clause
   * @param retry what another try is worth; null: as usual
   * @param fatal whether it ends the renderer at once, whatever it would make of it
   */
  record Trouble(Finish.Cause cause, String reason, Finish.@Nullable Retry retry, boolean fatal)
      implements RendererEvent {}

  /** The renderer says that it took so much memory at most. */
  record PeakMemory(long bytes) implements RendererEvent {}
}
