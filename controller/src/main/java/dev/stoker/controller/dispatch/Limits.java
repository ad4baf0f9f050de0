package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Bounds;

/** Checks of what callers send; each throws a {@link Refusal} that names field, value, allowed. */
final class Limits {
  /** Host names have at most 253 characters. */
  static final int NAME = Bounds.NAME;

  private Limits() {}

  /** A text that is there, has no control characters and is not longer than allowed. */
  static String text(String field, String value, int longest) {
    boolean good =
        value != null
            && !value.isBlank()
            && value.codePointCount(0, value.length()) <= longest
            && value.chars().noneMatch(Character::isISOControl);
    if (!good) {
      throw Refusal.invalid(
          field
              + " is "
              + (value == null ? "missing" : "'" + Printable.shortened(value) + "'")
              + "; it must be 1 to "
              + longest
              + " printable characters.");
    }
    return value;
  }

  /** A text that is empty or as {@link #text} wants it. */
  static void optional(String field, String value, int longest) {
    if (!value.isEmpty()) {
      text(field, value, longest);
    }
  }

  static void range(String field, long value, long least, long most) {
    if (value < least || value > most) {
      throw Refusal.invalid(
          field + " is " + value + "; it must be from " + least + " to " + most + ".");
    }
  }

  static <T> T present(String field, T value) {
    if (value == null) {
      throw Refusal.invalid(field + " is missing; it must be given.");
    }
    return value;
  }
}
