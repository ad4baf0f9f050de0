package dev.stoker.openjd.param;

import dev.stoker.openjd.expr.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code parameterDefinitions}.
 *
 * @param objectType only for PATH; null where the template does not say (then a directory)
 * @param dataFlow only for PATH; null where the template does not say (then none)
 */
public record JobParameterDefinition(
    String name,
    JobParameterType type,
    @Nullable String description,
    @Nullable Value defaultValue,
    Constraints constraints,
    @Nullable ObjectType objectType,
    @Nullable DataFlow dataFlow,
    @Nullable UserInterface userInterface) {

  /** Contradictions within the definition, each a sentence; empty when it is consistent. */
  public List<String> inconsistencies() {
    List<String> found = new ArrayList<>();
    for (String contradiction : constraints.contradictions()) {
      found.add(contradiction + ".");
    }
    List<Value> allowed = constraints.allowedValues();
    if (allowed != null) {
      for (Value value : allowed) {
        for (String violation : constraints.sizeViolations(value)) {
          found.add("the allowed value '" + value.text() + "' " + violation + ".");
        }
      }
    }
    if (defaultValue != null) {
      for (String violation : constraints.violations(defaultValue)) {
        found.add("the default '" + defaultValue.text() + "' " + violation + ".");
      }
    }
    return found;
  }
}
