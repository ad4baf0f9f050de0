package dev.stoker.openjd.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step of a job template.
 *
 * @param dependencies names of the steps that must have succeeded before
 * @param script what runs; the short forms of FEATURE_BUNDLE_1 are written out
 */
public record StepTemplate(
    String name,
    @Nullable String description,
    List<String> dependencies,
    List<Environment> environments,
    @Nullable HostRequirementsTemplate hostRequirements,
    @Nullable ParameterSpace parameterSpace,
    StepScript script) {
  public StepTemplate {
    dependencies = List.copyOf(dependencies);
    environments = List.copyOf(environments);
  }
}
