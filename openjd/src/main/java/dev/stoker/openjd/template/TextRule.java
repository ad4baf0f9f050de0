package dev.stoker.openjd.template;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a literal text must satisfy.
 *
 * @param minLength in Unicode code points, as all lengths here
 * @param allowedControls the control characters (category Cc) it may have; null for all
 * @param pattern what all of it must match; null for anything
 * @param patternMeaning what the pattern stands for, for messages
 */
record TextRule(
    int minLength,
    int maxLength,
    @Nullable String allowedControls,
    @Nullable Pattern pattern,
    String patternMeaning) {
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*+");
  private static final String LINE_CONTROLS = "\n\r\t";

  static final TextRule ANY = new TextRule(0, Integer.MAX_VALUE, null, null, "");
  static final TextRule DESCRIPTION = new TextRule(1, Limits.DESCRIPTION, LINE_CONTROLS, null, "");
  static final TextRule PARAMETER_VALUE = new TextRule(0, Limits.PARAMETER_VALUE, null, null, "");
  static final TextRule UI_LABEL = name(Limits.UI_LABEL);
  static final TextRule COMMAND = name(Integer.MAX_VALUE);
  // Tabs and line ends: scripts are passed as arguments, in the public conformance suite too.
  static final TextRule ARGUMENT = new TextRule(0, Integer.MAX_VALUE, LINE_CONTROLS, null, "");
  static final TextRule NOT_EMPTY = new TextRule(1, Integer.MAX_VALUE, null, null, "");
  static final TextRule VARIABLE_VALUE = new TextRule(0, Limits.VARIABLE_VALUE, null, null, "");
  static final TextRule VARIABLE_NAME =
      new TextRule(
          1,
          Limits.VARIABLE_NAME,
          "",
          IDENTIFIER,
          "letters, digits and underscores, the first no digit");

  /** A name for people: anything but control characters. */
  static TextRule name(int maxLength) {
    return new TextRule(1, maxLength, "", null, "");
  }

  static TextRule identifier(Limits limits) {
    return new TextRule(
        1,
        limits.identifier(),
        "",
        IDENTIFIER,
        "an identifier: letters, digits and underscores, the first no digit");
  }

  static TextRule filename(Limits limits) {
    return new TextRule(
        1,
        limits.filename(),
        null,
        Pattern.compile("[^/\\\\\\x00]*"),
        "a file name without a folder");
  }

  /** How a text breaks the rule, as the rest of a sentence; empty when it does not. */
  Optional<String> violation(String text) {
    int length = text.codePointCount(0, text.length());
    if (length < minLength) {
      return Optional.of("must not be empty");
    }
    if (length > maxLength) {
      return Optional.of("has " + length + " characters; at most " + maxLength + " are allowed");
    }
    String controls = allowedControls;
    if (controls != null
        && text.chars().anyMatch(c -> Character.isISOControl(c) && controls.indexOf(c) < 0)) {
      return Optional.of("has a control character");
    }
    if (pattern != null && !pattern.matcher(text).matches()) {
      return Optional.of("must be " + patternMeaning);
    }
    return Optional.empty();
  }
}
