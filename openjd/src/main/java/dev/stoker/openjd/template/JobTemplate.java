package dev.stoker.openjd.template;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.openjd.expr.FormatString;
import dev.stoker.openjd.param.JobParameterDefinition;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A job template, {@code specificationVersion: jobtemplate-2023-09}. */
public record JobTemplate(
    Set<Extension> extensions,
    FormatString name,
    @Nullable String description,
    List<JobParameterDefinition> parameterDefinitions,
    List<Environment> environments,
    List<StepTemplate> steps) {
  /** What such a document says under {@code specificationVersion}. */
  public static final String SPECIFICATION_VERSION = "jobtemplate-2023-09";

  public JobTemplate {
    extensions = Set.copyOf(extensions);
    parameterDefinitions = List.copyOf(parameterDefinitions);
    environments = List.copyOf(environments);
    steps = List.copyOf(steps);
  }

  /** The most characters that the resolved name of a job may have. */
  public int maxNameLength() {
    return Limits.with(extensions).jobName();
  }

  /**
   * Decodes and validates a document.
   *
   * @param supported the extensions that the template may ask for
   * @throws TemplateException naming all problems when the document is no valid job template
   */
  public static JobTemplate decode(JsonNode document, Set<Extension> supported) {
    return new TemplateDecoder(document, supported).jobTemplate();
  }
}
