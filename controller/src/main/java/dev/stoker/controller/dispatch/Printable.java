package dev.stoker.controller.dispatch;

/** What strangers sent, made fit for a sentence. */
public final class Printable {
  private static final int LONGEST = 80;

  private Printable() {}

  /** The text without control characters, cut after 80 characters. */
  public static String shortened(String text) {
    String clean =
        text.codePoints()
            .limit(LONGEST + 1L)
            .map(Printable::visible)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    return clean.codePointCount(0, clean.length()) > LONGEST
        ? clean.substring(0, clean.offsetByCodePoints(0, LONGEST)) + "…"
        : clean;
  }

  private static int visible(int codePoint) {
    return Character.isISOControl(codePoint) ? '?' : codePoint;
  }
}
