package dev.stoker.openjd.expr;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * What stands between double braces. The base specification knows value references only; the EXPR
 * extension adds its operators as further kinds, and {@link #parse} learns to tell them apart.
 */
sealed interface Expression {
  /** Every name whose value the expression needs. */
  Set<String> names();

  Value evaluate(SymbolTable symbols);

  static Expression parse(String text) {
    String name = text.strip();
    if (name.isEmpty()) {
      throw new ExpressionException("the braces of '{{" + text + "}}' are empty");
    }
    if (!ValueReference.NAME.matcher(name).matches()) {
      throw new ExpressionException(
          "'" + name + "' is not a name such as Param.Scene (expressions need the extension EXPR)");
    }
    return new ValueReference(name);
  }

  /** A dotted name. */
  record ValueReference(String name) implements Expression {
    private static final Pattern NAME =
        Pattern.compile("[A-Za-z_][A-Za-z0-9_]*+(\\.[A-Za-z_][A-Za-z0-9_]*+)*+");

    @Override
    public Set<String> names() {
      return Set.of(name);
    }

    @Override
    public Value evaluate(SymbolTable symbols) {
      return symbols
          .get(name)
          .orElseThrow(() -> new ExpressionException("'" + name + "' has no value here"));
    }
  }
}
