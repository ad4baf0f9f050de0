package dev.stoker.openjd.expr;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads {@code <IntRangeExpr>}: elements between commas, each an integer, {@code first-last} or
 * {@code first-last:step}; blanks and tabs between tokens do not count. One pass, no backtracking.
 */
final class RangeParser {
  private final String text;
  private int position;

  RangeParser(String text) {
    this.text = text;
  }

  /** An element with the bounds as they are written: overlap is judged by these. */
  private record Element(RangeExpression.Span span, long low, long high) {}

  List<RangeExpression.Span> spans() {
    List<Element> elements = new ArrayList<>();
    do {
      if (elements.size() == RangeExpression.MAX_SPANS) {
        throw new ExpressionException(
            "the range expression has more than " + RangeExpression.MAX_SPANS + " parts");
      }
      elements.add(element());
    } while (accept(','));
    if (position < text.length()) {
      throw unexpected("',' or the end");
    }
    elements.sort(Comparator.comparingLong(Element::low));
    for (int i = 1; i < elements.size(); i++) {
      if (elements.get(i).low() <= elements.get(i - 1).high()) {
        throw new ExpressionException(
            "the range expression '"
                + shown()
                + "' has ranges that overlap at "
                + elements.get(i).low());
      }
    }
    return elements.stream().map(Element::span).toList();
  }

  private Element element() {
    long start = integer();
    if (!accept('-')) {
      return new Element(new RangeExpression.Span(start, start, 1), start, start);
    }
    long end = integer();
    long step = accept(':') ? integer() : 1;
    if (step == 0) {
      throw new ExpressionException("the range expression '" + shown() + "' has a step of 0");
    }
    if (start < end && step < 0) {
      throw new ExpressionException(
          "the range " + start + "-" + end + ":" + step + " rises but its step is negative");
    }
    if (start > end && step > 0) {
      throw new ExpressionException(
          "the range "
              + start
              + "-"
              + end
              + " falls; it needs a negative step, as in "
              + start
              + "-"
              + end
              + ":-1");
    }
    return step > 0 ? rising(start, end, step) : falling(start, end, -step);
  }

  private static Element rising(long start, long end, long step) {
    long last = start + (end - start) / step * step;
    return new Element(span(start, last, step), start, end);
  }

  private static Element falling(long start, long end, long step) {
    long last = start - (start - end) / step * step;
    return new Element(span(last, start, step), end, start);
  }

  private static RangeExpression.Span span(long first, long last, long step) {
    return new RangeExpression.Span(first, last, first == last ? 1 : step);
  }

  private long integer() {
    skipBlanks();
    boolean negative = accept('-');
    skipBlanks();
    int from = position;
    while (position < text.length() && isDigit(text.charAt(position))) {
      position++;
    }
    if (from == position) {
      throw unexpected("an integer");
    }
    long magnitude =
        Numbers.integer(text.substring(from, position))
            .map(Value.Int::number)
            .orElse(Long.MAX_VALUE);
    if (magnitude > RangeExpression.MAX_MAGNITUDE) {
      throw new ExpressionException(
          "the range expression '" + shown() + "' has an integer beyond 2^62");
    }
    skipBlanks();
    return negative ? -magnitude : magnitude;
  }

  private boolean accept(char wanted) {
    if (position < text.length() && text.charAt(position) == wanted) {
      position++;
      return true;
    }
    return false;
  }

  private void skipBlanks() {
    while (position < text.length()
        && (text.charAt(position) == ' ' || text.charAt(position) == '\t')) {
      position++;
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private ExpressionException unexpected(String wanted) {
    String found = position < text.length() ? "'" + text.charAt(position) + "'" : "the end";
    return new ExpressionException(
        "the range expression '"
            + shown()
            + "' has "
            + found
            + " at character "
            + (position + 1)
            + " where "
            + wanted
            + " is expected");
  }

  /** Enough of the text to recognise it in a message. */
  private String shown() {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
