package dev.stoker.controller.dispatch;

import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * A job as the queue sees it: how many tasks, in which order, on what.
 *
 * @param name for people
 * @param inputs folders of origins that it reads from, as {@link JobInputs} spells them
 */
record JobPlan(String name, List<Step> steps, List<String> inputs) {
  JobPlan {
    inputs = List.copyOf(inputs);
    steps = List.copyOf(steps);
  }

  /**
   * @param needs positions of the steps that must be complete before it starts
   * @param taskCount ≥ 1
   * @param slot what it asks of a slot
   * @param parameters a task's parameter values as text, by its index
   */
  record Step(
      String name,
      List<Integer> needs,
      long taskCount,
      SlotNeeds slot,
      LongFunction<Map<String, String>> parameters) {
    Step {
      needs = List.copyOf(needs);
    }
  }
}
