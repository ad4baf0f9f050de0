package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Jobs;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** What a job must be like to be accepted, beside a valid template. */
final class Submission {
  static final int HIGHEST_PRIORITY = 100;

  private static final int MOST_ATTEMPTS = 100;
  private static final int MOST_LOCATIONS = 100;
  private static final int MOST_STEPS = 10_000;
  private static final Pattern LOCATION_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private Submission() {}

  static void check(Jobs.Definition definition) {
    Limits.present("template", definition.template());
    Limits.text("project", definition.project(), Limits.NAME);
    Limits.range("priority", definition.priority(), 0, HIGHEST_PRIORITY);
    Limits.range("maxAttempts", definition.maxAttempts(), 1, MOST_ATTEMPTS);
    String folder = Limits.present("templateFolder", definition.templateFolder());
    if (!folder.isEmpty() && !folder.startsWith("/")) {
      throw Refusal.invalid(
          "templateFolder is '"
              + Printable.shortened(folder)
              + "'; it must be an absolute path or empty.");
    }
    definition
        .parameters()
        .forEach((name, value) -> Credentials.refuse("the parameter " + name, value));
    Limits.range("the number of locations", definition.locations().size(), 0, MOST_LOCATIONS);
    Set<String> names = new HashSet<>();
    for (Jobs.Location location : definition.locations()) {
      check(location);
      if (!names.add(location.name())) {
        throw Refusal.invalid(
            "locations.name '" + location.name() + "' occurs twice; each must be another.");
      }
    }
  }

  private static void check(Jobs.Location location) {
    String name = Limits.text("locations.name", location.name(), 63);
    if (!LOCATION_NAME.matcher(name).matches()) {
      throw Refusal.invalid(
          "locations.name is '"
              + name
              + "'; it must be letters, digits, '.', '_' and '-', and begin with one of the first"
              + " two.");
    }
    Limits.text("locations.uri", location.uri(), 8_192);
    Credentials.refuse("the uri of location " + name, location.uri());
    location.paths().forEach(path -> Limits.text("locations.paths", path, 4_096));
  }

  static void check(JobPlan plan) {
    Limits.range("the number of steps", plan.steps().size(), 1, MOST_STEPS);
    long tasks = 0;
    for (JobPlan.Step step : plan.steps()) {
      Limits.range(
          "the number of tasks of step " + step.name(), step.taskCount(), 1, TaskName.MOST_TASKS);
      tasks += step.taskCount();
    }
    Limits.range("the number of tasks", tasks, 1, TaskName.MOST_TASKS);
  }
}
