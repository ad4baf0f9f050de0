package dev.stoker.agent.session;

import org.jspecify.annotations.Nullable;

/**
 * Reads an action's output: obeys its directives, hides its secrets, passes the lines on. Not
 * thread-safe; lives as long as its action.
 */
final class OutputReader {
  private final SessionListener listener;
  private final Redactor redactor;
  private final LogLevel level;
  private final @Nullable EnteredEnvironment entering;
  private final boolean keepsRedacted;
  private @Nullable String problem;
  private @Nullable String failMessage;

  /** The least level that is shown; set by one action, kept for the next ones. */
  static final class LogLevel {
    private Directive.Level shown;

    LogLevel(Directive.Level shown) {
      this.shown = shown;
    }

    Directive.Level shown() {
      return shown;
    }

    boolean showsOutput() {
      return shown.compareTo(Directive.Level.INFO) <= 0;
    }
  }

  /**
   * @param entering the environment that the action enters, which may set variables; else null
   * @param keepsRedacted whether the job has the extension REDACTED_ENV_VARS; without it the value
   *     is hidden, but no variable is set
   */
  OutputReader(
      SessionListener listener,
      Redactor redactor,
      LogLevel level,
      @Nullable EnteredEnvironment entering,
      boolean keepsRedacted) {
    this.listener = listener;
    this.redactor = redactor;
    this.level = level;
    this.entering = entering;
    this.keepsRedacted = keepsRedacted;
  }

  void line(String text) {
    // First what it means: from here on its secret is hidden, in this very line too.
    Directive.parse(text).ifPresent(this::obey);
    listener.line(redactor.apply(text), level.showsOutput());
  }

  /** What must not pass, a clause, or null. */
  @Nullable String problem() {
    return problem;
  }

  /** What the action said of its failure, or null. */
  @Nullable String failMessage() {
    return failMessage;
  }

  private void obey(Directive directive) {
    switch (directive) {
      case Directive.Progress(double percent) -> listener.progress(percent / 100);
      case Directive.Status(String message) -> listener.status(redactor.apply(message));
      case Directive.Fail(String message) -> failMessage = redactor.apply(message);
      case Directive.ShowFrom(Directive.Level from) -> level.shown = from;
      case Directive.SetVariable(String name, String value) -> set(name, value);
      case Directive.RedactedVariable(String name, String value) -> {
        redactor.add(value);
        if (keepsRedacted) {
          set(name, value);
        }
      }
      case Directive.UnsetVariable(String name) -> {
        if (entering != null) {
          entering.unset(name);
        }
      }
      case Directive.Malformed(String what) -> problem = what;
    }
  }

  private void set(String name, String value) {
    if (entering != null) {
      entering.set(name, value);
    }
  }
}
