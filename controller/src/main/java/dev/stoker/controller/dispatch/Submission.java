package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Bounds;
import dev.stoker.controller.protocol.Jobs;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What a job must be like to be accepted, beside a valid template. */
final class Submission {
  private static final Pattern UPLOAD = Pattern.compile(Jobs.UPLOAD);

  private static final int MOST_STEPS = 10_000;
  private static final Pattern LOCATION_NAME = Pattern.compile(Jobs.LOCATION_NAME);

  private Submission() {}

  static void check(Jobs.Definition definition) {
    Limits.present("template", definition.template());
    Limits.text("project", definition.project(), Limits.NAME);
    Limits.range("priority", definition.priority(), 0, Jobs.HIGHEST_PRIORITY);
    Limits.range("maxAttempts", definition.maxAttempts(), 1, Jobs.MOST_ATTEMPTS);
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
    Limits.range("the number of locations", definition.locations().size(), 0, Jobs.MOST_LOCATIONS);
    Set<String> names = new HashSet<>();
    for (Jobs.Location location : definition.locations()) {
      check(location);
      if (!names.add(location.name())) {
        throw Refusal.invalid(
            "locations.name '" + location.name() + "' occurs twice; each must be another.");
      }
    }
    checkUploads(definition.assets().uploads(), names);
    PinDesk.check(definition.assets().pins());
  }

  private static void checkUploads(Map<String, String> uploads, Set<String> locations) {
    Limits.range("the number of assets.uploads", uploads.size(), 0, Jobs.MOST_UPLOADS);
    if (!uploads.isEmpty() && !locations.contains(Jobs.UPLOADS)) {
      throw Refusal.invalid(
          "assets.uploads needs a location named '" + Jobs.UPLOADS + "', and there is none.");
    }
    uploads.forEach(
        (path, at) -> {
          Limits.text("a path of assets.uploads", path, Bounds.PATH);
          if (!UPLOAD.matcher(at).matches()) {
            throw Refusal.invalid(
                "assets.uploads has '"
                    + Printable.shortened(at)
                    + "'; it must be a SHA-256 in hexadecimal, '/' and a file name.");
          }
        });
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
    Limits.text("locations.uri", location.uri(), Bounds.URI);
    Credentials.refuse("the uri of location " + name, location.uri());
    location.paths().forEach(path -> Limits.text("locations.paths", path, Bounds.PATH));
  }

  /** Refuses what could never start: amounts that no node has and no limit counts. */
  private static void check(JobPlan.Step step, Sharing sharing) {
    for (String amount : step.slot().amounts().keySet()) {
      if (!SlotNeeds.OF_NODES.contains(amount)) {
        throw Refusal.invalid(
            "Step "
                + step.name()
                + " asks for "
                + amount
                + ", which no node offers; nodes offer "
                + String.join(", ", SlotNeeds.OF_NODES)
                + ".");
      }
    }
    step.slot()
        .tokens()
        .forEach(
            (name, wanted) -> {
              Sharing.Limit limit = sharing.limits().get(name);
              if (limit == null) {
                throw Refusal.invalid(
                    "Step "
                        + step.name()
                        + " asks for amount."
                        + name
                        + ", which this controller does not count; add '"
                        + name
                        + "' to 'limits' in its stoker.yaml, or leave it out.");
              }
              int most =
                  limit.perHost() > 0 ? Math.min(limit.total(), limit.perHost()) : limit.total();
              if (wanted > most) {
                throw Refusal.invalid(
                    "Step "
                        + step.name()
                        + " asks for "
                        + wanted
                        + " of limit "
                        + name
                        + ", which has "
                        + most
                        + "; a task of it could never start.");
              }
            });
  }

  static void check(JobPlan plan, Sharing sharing) {
    Limits.range("the number of steps", plan.steps().size(), 1, MOST_STEPS);
    long tasks = 0;
    for (JobPlan.Step step : plan.steps()) {
      Limits.range(
          "the number of tasks of step " + step.name(), step.taskCount(), 1, TaskName.MOST_TASKS);
      check(step, sharing);
      tasks += step.taskCount();
    }
    Limits.range("the number of tasks", tasks, 1, TaskName.MOST_TASKS);
  }
}
