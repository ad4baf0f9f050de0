package dev.stoker.agent.launch;

/**
 * How an action ended.
 *
 * @param how what its own process did
 * @param processesLeft how many of its processes could not be killed, which makes the node suspect
 */
public record ActionEnd(How how, int processesLeft) {

  /** What the action's own process did. */
  public sealed interface How {}

  /**
   * @param code 0 to 255
   */
  public record Exited(int code) implements How {}

  public record Signaled(int signal) implements How {}

  /** It was never executed. */
  public record NotStarted(String reason) implements How {}

  /** The shim is gone and left no word. */
  public record Vanished() implements How {}

  public boolean succeeded() {
    return how instanceof Exited(int code) && code == 0;
  }

  /** As a shell has it: the code, or 128 and the signal; -1 when it did not run to an end. */
  public int exitCode() {
    return switch (how) {
      case Exited(int code) -> code;
      case Signaled(int signal) -> 128 + signal;
      case NotStarted _, Vanished _ -> -1;
    };
  }

  /** A clause for messages, such as {@code exited with code 1}. */
  public String describe() {
    return switch (how) {
      case Exited(int code) -> "exited with code " + code;
      case Signaled(int signal) -> "was ended by signal " + signal;
      case NotStarted(String reason) -> "could not be started (" + reason + ")";
      case Vanished() -> "was lost with its shim";
    };
  }

  /** Reads {@code N.exit}. */
  static ActionEnd parse(String text) {
    String[] lines = text.split("\n", -1);
    int left = lines.length > 1 && lines[1].startsWith("left ") ? number(lines[1]) : 0;
    if (lines[0].startsWith("exit ")) {
      return new ActionEnd(new Exited(number(lines[0])), left);
    }
    if (lines[0].startsWith("signal ")) {
      return new ActionEnd(new Signaled(number(lines[0])), left);
    }
    return new ActionEnd(new NotStarted(lines[0].replaceFirst("^start ", "")), left);
  }

  /** Reads {@code ended N COUNT HOW}. */
  static ActionEnd ofEvent(String line) {
    String[] words = line.split(" ", 4);
    return parse(words[3] + "\nleft " + words[2]);
  }

  private static int number(String line) {
    return Integer.parseInt(line.substring(line.indexOf(' ') + 1).strip());
  }
}
