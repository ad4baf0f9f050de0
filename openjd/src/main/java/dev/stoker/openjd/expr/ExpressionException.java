package dev.stoker.openjd.expr;

/**
 * A text of the template language cannot be read or resolved. The message is one sentence for the
 * template's author; the caller adds where in the template the text stands.
 */
public final class ExpressionException extends IllegalArgumentException {
  public ExpressionException(String message) {
    super(message);
  }
}
