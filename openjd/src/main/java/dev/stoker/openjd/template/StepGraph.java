package dev.stoker.openjd.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks that steps depend on steps that exist and that none waits for itself. */
final class StepGraph {
  private StepGraph() {}

  static void check(List<StepTemplate> steps, Field field) {
    Set<String> names = new HashSet<>();
    steps.forEach(step -> names.add(step.name()));
    for (int i = 0; i < steps.size(); i++) {
      StepTemplate step = steps.get(i);
      for (int j = 0; j < step.dependencies().size(); j++) {
        String dependency = step.dependencies().get(j);
        Field place =
            new Field(
                null, field.path() + "[" + i + "] -> dependencies[" + j + "]", field.context());
        if (dependency.equals(step.name())) {
          place.problem("The step depends on itself.");
        } else if (!names.contains(dependency) && !dependency.isEmpty()) {
          place.problem("There is no step named '" + dependency + "'.");
        }
      }
    }
    List<String> circle = stepsInCircles(steps);
    if (!circle.isEmpty()) {
      field.problem("The steps " + circle + " depend on each other in a circle.");
    }
  }

  /** What remains when steps whose dependencies are all done are taken away, again and again. */
  private static List<String> stepsInCircles(List<StepTemplate> steps) {
    Map<String, List<String>> dependents = new HashMap<>();
    Map<String, Integer> open = new HashMap<>();
    for (StepTemplate step : steps) {
      open.put(step.name(), 0);
    }
    for (StepTemplate step : steps) {
      for (String dependency : step.dependencies()) {
        if (open.containsKey(dependency) && !dependency.equals(step.name())) {
          dependents.computeIfAbsent(dependency, name -> new ArrayList<>()).add(step.name());
          open.merge(step.name(), 1, Integer::sum);
        }
      }
    }
    Deque<String> ready = new ArrayDeque<>();
    open.forEach(
        (name, count) -> {
          if (count == 0) {
            ready.add(name);
          }
        });
    while (!ready.isEmpty()) {
      String done = ready.remove();
      open.remove(done);
      for (String dependent : dependents.getOrDefault(done, List.of())) {
        if (open.merge(dependent, -1, Integer::sum) == 0) {
          ready.add(dependent);
        }
      }
    }
    return steps.stream().map(StepTemplate::name).filter(open::containsKey).distinct().toList();
  }
}
