package dev.stoker.openjd.space;

import dev.stoker.openjd.expr.Value;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The parameters of one task, in the order the template defines them. A value's kind tells its
 * type.
 */
public record TaskParameters(Map<String, Value> values) {
  /** The parameters of a step's only task when the step has no parameter space. */
  public static final TaskParameters NONE = new TaskParameters(Map.of());

  public TaskParameters {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** The values as text, as they travel to nodes. */
  public Map<String, String> asText() {
    Map<String, String> texts = new LinkedHashMap<>();
    values.forEach((name, value) -> texts.put(name, value.text()));
    return Collections.unmodifiableMap(texts);
  }
}
