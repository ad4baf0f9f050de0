package dev.stoker.agent.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an action tells its session by a line {@code openjd_KIND: PAYLOAD} (2023-09, "Stdout/Stderr
 * Messages" and section 4).
 */
sealed interface Directive {

  /** 0 to 100. */
  record Progress(double percent) implements Directive {}

  record Status(String message) implements Directive {}

  record Fail(String message) implements Directive {}

  record SetVariable(String name, String value) implements Directive {}

  record RedactedVariable(String name, String value) implements Directive {}

  record UnsetVariable(String name) implements Directive {}

  record ShowFrom(Level level) implements Directive {}

  /** It was meant as a directive that changes variables, and is none: the action must not go on. */
  record Malformed(String problem) implements Directive {}

  /** Of log lines; output counts as INFO. */
  enum Level {
    DEBUG,
    INFO,
    WARNING,
    ERROR
  }

  Pattern LINE = Pattern.compile("openjd_([a-z_]+): (.+)", Pattern.DOTALL);
  Pattern ASSIGNMENT = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)=(.*)", Pattern.DOTALL);
  Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /**
   * A slip in one of the directives that change variables, such as a missing space or a capital: as
   * in the reference implementations it fails the action, for what follows would run without the
   * variable.
   */
  Pattern SLIP = Pattern.compile("openjd_(env|redacted_env|unset_env)(:.*| .*|)", Pattern.DOTALL);

  JsonMapper JSON = new JsonMapper();

  /** The directive that {@code line} is, if it is one. */
  static Optional<Directive> parse(String line) {
    if (!line.regionMatches(true, 0, "openjd_", 0, 7)) {
      return Optional.empty();
    }
    Matcher matcher = LINE.matcher(line);
    if (matcher.matches()) {
      String payload = matcher.group(2);
      switch (matcher.group(1)) {
        case "progress" -> {
          return progress(payload);
        }
        case "status" -> {
          return Optional.of(new Status(payload.strip()));
        }
        case "fail" -> {
          return Optional.of(new Fail(payload.strip()));
        }
        case "session_runtime_loglevel" -> {
          return level(payload);
        }
        case "env", "redacted_env" -> {
          return Optional.of(assignment(matcher.group(1).equals("redacted_env"), payload));
        }
        case "unset_env" -> {
          return Optional.of(
              NAME.matcher(payload.strip()).matches()
                  ? new UnsetVariable(payload.strip())
                  : new Malformed("openjd_unset_env names no variable"));
        }
        default -> {
          // Another word that starts like ours.
        }
      }
    }
    return SLIP.matcher(line.toLowerCase(Locale.ROOT)).matches()
        ? Optional.of(
            new Malformed("a line starts like openjd_env but is not 'openjd_env: NAME=VALUE'"))
        : Optional.empty();
  }

  private static Optional<Directive> progress(String payload) {
    try {
      double percent = Double.parseDouble(payload.strip());
      return percent >= 0 && percent <= 100 ? Optional.of(new Progress(percent)) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Directive> level(String payload) {
    try {
      return Optional.of(new ShowFrom(Level.valueOf(payload.strip().toUpperCase(Locale.ROOT))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** {@code NAME=VALUE}, or that as a JSON string, which can hold line ends. */
  private static Directive assignment(boolean redacted, String payload) {
    String kind = redacted ? "openjd_redacted_env" : "openjd_env";
    String text = payload.stripLeading();
    if (text.startsWith("\"")) {
      try {
        text = JSON.readValue(text, String.class);
      } catch (JsonProcessingException e) {
        return new Malformed(kind + " starts with a quote but is no JSON string");
      }
    }
    Matcher matcher = ASSIGNMENT.matcher(text);
    if (!matcher.matches()) {
      return new Malformed(kind + " is not followed by NAME=VALUE");
    }
    return redacted
        ? new RedactedVariable(matcher.group(1), matcher.group(2))
        : new SetVariable(matcher.group(1), matcher.group(2));
  }
}
