package dev.stoker.agent.local;

import dev.stoker.openjd.job.Step;
import dev.stoker.openjd.space.TaskParameters;
import java.util.List;

/**
 * A step to run, and which of its tasks.
 *
 * @param tasks in which order and how many
 */
public record StepRun(Step step, Tasks tasks) {

  /** Which tasks of a step run. */
  public sealed interface Tasks {
    /** All of them. */
    record All() implements Tasks {}

    /**
     * The first ones.
     *
     * @param count at least 1
     */
    record First(long count) implements Tasks {}

    /** Exactly these, in this order. */
    record These(List<TaskParameters> tasks) implements Tasks {
      public These {
        tasks = List.copyOf(tasks);
      }
    }
  }
}
