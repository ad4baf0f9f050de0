package dev.stoker.openjd.expr;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A text with values to fill in, such as {@code frame_{{Task.Param.Frame}}.exr} (2023-09, section
 * 7.3). Immutable; parsed once, resolved as often as there are tasks.
 */
public final class FormatString {
  /** As openjd-rs has it; no text that a person writes comes near. */
  private static final int MAX_INTERPOLATIONS = 1000;

  private final String source;
  private final List<Segment> segments;

  private FormatString(String source, List<Segment> segments) {
    this.source = source;
    this.segments = List.copyOf(segments);
  }

  private sealed interface Segment {
    record Literal(String text) implements Segment {}

    record Interpolation(Expression expression) implements Segment {}
  }

  /**
   * Reads a format string.
   *
   * @throws ExpressionException where braces do not pair up or hold no name
   */
  public static FormatString parse(String source) {
    List<Segment> segments = new ArrayList<>();
    int interpolations = 0;
    int position = 0;
    while (true) {
      int open = source.indexOf("{{", position);
      int end = open < 0 ? source.length() : open;
      // "}}" without an opening pair is refused, as both reference implementations do: it is far
      // more often a slip in a name than meant.
      int stray = source.indexOf("}}", position);
      if (stray >= 0 && stray < end) {
        throw new ExpressionException("'}}' at character " + (stray + 1) + " has no '{{' before");
      }
      if (end > position) {
        segments.add(new Segment.Literal(source.substring(position, end)));
      }
      if (open < 0) {
        return new FormatString(source, segments);
      }
      int close = source.indexOf("}}", open + 2);
      if (close < 0) {
        throw new ExpressionException("'{{' at character " + (open + 1) + " has no '}}' after it");
      }
      if (++interpolations > MAX_INTERPOLATIONS) {
        throw new ExpressionException(
            "it has more than " + MAX_INTERPOLATIONS + " values to fill in");
      }
      segments.add(new Segment.Interpolation(Expression.parse(source.substring(open + 2, close))));
      position = close + 2;
    }
  }

  /** A format string that stands for exactly this text, braces included. */
  public static FormatString literal(String text) {
    return new FormatString(text, List.of(new Segment.Literal(text)));
  }

  /** Whether nothing has to be filled in. */
  public boolean isLiteral() {
    return segments.stream().allMatch(Segment.Literal.class::isInstance);
  }

  /** The text as the template has it. */
  public String source() {
    return source;
  }

  /** Every name whose value is needed, in order of appearance. */
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (Segment segment : segments) {
      if (segment instanceof Segment.Interpolation(Expression expression)) {
        names.addAll(expression.names());
      }
    }
    return names;
  }

  /**
   * The text with all values filled in.
   *
   * @throws ExpressionException when a name has no value in the table
   */
  public String resolve(SymbolTable symbols) {
    StringBuilder text = new StringBuilder();
    for (Segment segment : segments) {
      switch (segment) {
        case Segment.Literal(String literal) -> text.append(literal);
        case Segment.Interpolation(Expression expression) ->
            text.append(expression.evaluate(symbols).text());
      }
    }
    return text.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FormatString that
        && source.equals(that.source)
        && segments.equals(that.segments);
  }

  @Override
  public int hashCode() {
    return source.hashCode();
  }

  @Override
  public String toString() {
    return source;
  }
}
