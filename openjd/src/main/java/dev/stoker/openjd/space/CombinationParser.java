package dev.stoker.openjd.space;

import dev.stoker.openjd.expr.ExpressionException;
import java.util.ArrayList;
import java.util.List;

/** Recursive descent over a combination expression; the nesting is bounded by its length limit. */
final class CombinationParser {
  private final String text;
  private int position;

  CombinationParser(String text) {
    this.text = text;
  }

  Combination parse() {
    Combination whole = product();
    if (position < text.length()) {
      throw unexpected("'*' or the end");
    }
    return whole;
  }

  private Combination product() {
    List<Combination> factors = new ArrayList<>();
    do {
      factors.add(factor());
    } while (accept('*'));
    return factors.size() == 1 ? factors.getFirst() : new Combination.Product(factors);
  }

  private Combination factor() {
    skipSpaces();
    if (!accept('(')) {
      return name();
    }
    List<Combination> members = new ArrayList<>();
    do {
      members.add(product());
    } while (accept(','));
    if (!accept(')')) {
      throw unexpected("',' or ')'");
    }
    skipSpaces();
    return new Combination.Association(members);
  }

  private Combination name() {
    int from = position;
    while (position < text.length() && isNameCharacter(text.charAt(position))) {
      position++;
    }
    if (from == position) {
      throw unexpected("a task parameter's name or '('");
    }
    Combination name = new Combination.Name(text.substring(from, position));
    skipSpaces();
    return name;
  }

  private boolean accept(char wanted) {
    if (position < text.length() && text.charAt(position) == wanted) {
      position++;
      return true;
    }
    return false;
  }

  private void skipSpaces() {
    while (position < text.length() && text.charAt(position) == ' ') {
      position++;
    }
  }

  private static boolean isNameCharacter(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private ExpressionException unexpected(String wanted) {
    String found = position < text.length() ? "'" + text.charAt(position) + "'" : "the end";
    return new ExpressionException(
        "it has "
            + found
            + " at character "
            + (position + 1)
            + " where "
            + wanted
            + " is expected");
  }
}
