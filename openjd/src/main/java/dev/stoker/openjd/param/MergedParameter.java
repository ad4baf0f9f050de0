package dev.stoker.openjd.param;

import dev.stoker.openjd.expr.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What all templates of a submission together say about one parameter.
 *
 * @param source the template that defined it last, for messages
 */
public record MergedParameter(
    String name,
    JobParameterType type,
    @Nullable Value defaultValue,
    Constraints constraints,
    @Nullable ObjectType objectType,
    @Nullable DataFlow dataFlow,
    String source) {

  /** The definitions of one template. */
  public record Definitions(String source, List<JobParameterDefinition> definitions) {
    public Definitions {
      definitions = List.copyOf(definitions);
    }
  }

  /**
   * Merges definitions in processing order: environment templates first, the job template last.
   *
   * @param problems receives a sentence for each conflict and each contradiction
   */
  public static List<MergedParameter> merge(
      List<Definitions> templates, Consumer<String> problems) {
    Map<String, MergedParameter> merged = new LinkedHashMap<>();
    for (Definitions template : templates) {
      for (JobParameterDefinition definition : template.definitions()) {
        MergedParameter known = merged.get(definition.name());
        merged.put(
            definition.name(),
            known == null
                ? of(definition, template.source())
                : known.mergedWith(of(definition, template.source()), problems));
      }
    }
    for (MergedParameter parameter : merged.values()) {
      for (String contradiction : parameter.constraints.contradictions()) {
        problems.accept(
            "The templates contradict each other about the parameter '"
                + parameter.name
                + "': "
                + contradiction
                + ".");
      }
    }
    return List.copyOf(merged.values());
  }

  private static MergedParameter of(JobParameterDefinition definition, String source) {
    return new MergedParameter(
        definition.name(),
        definition.type(),
        definition.defaultValue(),
        definition.constraints(),
        definition.objectType(),
        definition.dataFlow(),
        source);
  }

  private MergedParameter mergedWith(MergedParameter later, Consumer<String> problems) {
    if (type != later.type) {
      problems.accept(conflict("type", type, later, later.type));
      return later;
    }
    if (objectType != null && later.objectType != null && objectType != later.objectType) {
      problems.accept(conflict("objectType", objectType, later, later.objectType));
    }
    if (dataFlow != null && later.dataFlow != null && dataFlow != later.dataFlow) {
      problems.accept(conflict("dataFlow", dataFlow, later, later.dataFlow));
    }
    return new MergedParameter(
        name,
        type,
        later.defaultValue != null ? later.defaultValue : defaultValue,
        constraints.tightenedBy(later.constraints),
        later.objectType != null ? later.objectType : objectType,
        later.dataFlow != null ? later.dataFlow : dataFlow,
        later.source);
  }

  private String conflict(String key, Enum<?> mine, MergedParameter later, Enum<?> theirs) {
    return "The parameter '"
        + name
        + "' has the "
        + key
        + " "
        + mine
        + " in "
        + source
        + " and "
        + theirs
        + " in "
        + later.source
        + "; they must agree.";
  }
}
