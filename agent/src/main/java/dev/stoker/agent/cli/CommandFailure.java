package dev.stoker.agent.cli;

/** A command that cannot do what was asked. The message is all that the user sees of it. */
final class CommandFailure extends RuntimeException {
  /** Exit code of a command that was understood and did not succeed. */
  static final int FAILED = 1;

  /** Exit code of a command that was not understood: wrong options, template or configuration. */
  static final int USAGE = 2;

  private final int exitCode;

  private CommandFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  static CommandFailure failed(String message) {
    return new CommandFailure(FAILED, message);
  }

  static CommandFailure usage(String message) {
    return new CommandFailure(USAGE, message);
  }

  int exitCode() {
    return exitCode;
  }
}
