package dev.stoker.openjd.template;

import dev.stoker.openjd.expr.FormatString;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a session sets up before tasks and takes down after them. Has a script, variables, or both.
 *
 * @param variables environment variables in the template's order; empty for none
 */
public record Environment(
    String name,
    @Nullable String description,
    @Nullable EnvironmentScript script,
    Map<String, FormatString> variables) {
  public Environment {
    variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
  }
}
