package dev.stoker.agent.session;

import java.util.List;

/** Hears what a session's actions say, redacted. Called by the session's own thread. */
public interface SessionListener {
  /**
   * @param text a line of output without its end
   * @param shown whether the log level that the job asked for shows it
   */
  void line(String text, boolean shown);

  /**
   * @param fraction of the action, 0 to 1
   */
  void progress(double fraction);

  /** What the action says it does. */
  void status(String message);

  /** A process is about to be started; not called for an environment without an action. */
  default void starting(List<String> command) {}

  /**
   * A process ran to its end, by itself or not.
   *
   * @param exitCode 0 to 255; 128 and the signal's number when a signal ended it
   */
  default void exited(int exitCode) {}

  /** For those who only want the result. */
  SessionListener NONE =
      new SessionListener() {
        @Override
        public void line(String text, boolean shown) {}

        @Override
        public void progress(double fraction) {}

        @Override
        public void status(String message) {}
      };
}
