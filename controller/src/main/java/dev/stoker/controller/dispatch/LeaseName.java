package dev.stoker.controller.dispatch;

/** A lease's id: {@code l<number>-<epoch>}. */
final class LeaseName {
  /** A letter, 19 digits, a dash and the epoch. */
  static final int LONGEST = 40;

  private LeaseName() {}

  static String of(long number, String epoch) {
    return "l" + number + "-" + epoch;
  }

  /** The number in an id, or 0, which no lease has, when the text is no id. */
  static long number(String id) {
    int dash = id.indexOf('-');
    if (dash < 2 || dash > 19 || id.charAt(0) != 'l') {
      return 0;
    }
    String digits = id.substring(1, dash);
    return digits.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(digits) : 0;
  }
}
