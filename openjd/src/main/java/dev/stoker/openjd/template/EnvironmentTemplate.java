package dev.stoker.openjd.template;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.openjd.param.JobParameterDefinition;
import java.util.List;
import java.util.Set;

/** An environment for jobs of others, {@code specificationVersion: environment-2023-09}. */
public record EnvironmentTemplate(
    Set<Extension> extensions,
    List<JobParameterDefinition> parameterDefinitions,
    Environment environment) {
  /** What such a document says under {@code specificationVersion}. */
  public static final String SPECIFICATION_VERSION = "environment-2023-09";

  public EnvironmentTemplate {
    extensions = Set.copyOf(extensions);
    parameterDefinitions = List.copyOf(parameterDefinitions);
  }

  /** Whether a document says that it is an environment template. */
  public static boolean describes(JsonNode document) {
    return SPECIFICATION_VERSION.equals(document.path("specificationVersion").textValue());
  }

  /**
   * Decodes and validates a document.
   *
   * @param supported the extensions that the template may ask for
   * @throws TemplateException naming all problems when the document is no valid template of this
   *     kind
   */
  public static EnvironmentTemplate decode(JsonNode document, Set<Extension> supported) {
    return new TemplateDecoder(document, supported).environmentTemplate();
  }
}
