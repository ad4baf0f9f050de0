package dev.stoker.openjd.expr;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The values that names such as {@code Param.Scene} stand for. Immutable, so freely shared. */
public final class SymbolTable {
  private static final SymbolTable EMPTY = new SymbolTable(Map.of());

  private final Map<String, Value> values;

  private SymbolTable(Map<String, Value> values) {
    this.values = Map.copyOf(values);
  }

  public static SymbolTable empty() {
    return EMPTY;
  }

  public static SymbolTable of(Map<String, ? extends Value> values) {
    return new SymbolTable(new HashMap<>(values));
  }

  /** This table and the given values, which win where both define a name. */
  public SymbolTable with(Map<String, ? extends Value> more) {
    Map<String, Value> merged = new HashMap<>(values);
    merged.putAll(more);
    return new SymbolTable(merged);
  }

  /** This table and one text value. */
  public SymbolTable with(String name, String text) {
    return with(Map.of(name, new Value.Text(text)));
  }

  public Optional<Value> get(String name) {
    return Optional.ofNullable(values.get(name));
  }

  public Set<String> names() {
    return values.keySet();
  }
}
