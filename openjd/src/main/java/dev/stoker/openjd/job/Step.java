package dev.stoker.openjd.job;

import dev.stoker.openjd.space.TaskSpace;
import dev.stoker.openjd.template.Environment;
import dev.stoker.openjd.template.StepScript;
import java.util.List;

/**
 * A step of a job.
 *
 * @param dependencies names of the steps of this job that must have succeeded before
 * @param environments entered after the job's own
 */
public record Step(
    String name,
    List<String> dependencies,
    HostRequirements hostRequirements,
    List<Environment> environments,
    StepScript script,
    TaskSpace space) {
  public Step {
    dependencies = List.copyOf(dependencies);
    environments = List.copyOf(environments);
  }
}
