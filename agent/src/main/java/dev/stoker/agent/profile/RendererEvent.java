package dev.stoker.agent.profile;

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
}
