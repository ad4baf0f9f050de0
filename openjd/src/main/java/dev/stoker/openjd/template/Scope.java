package dev.stoker.openjd.template;

import dev.stoker.openjd.expr.FormatString;
import dev.stoker.openjd.space.TaskParameterType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which names a format string may use where it stands (2023-09, section 7.3.1): those of the
 * template are resolved when the job is created, those of the host when an action runs.
 */
final class Scope {
  private static final List<String> SESSION_NAMES =
      List.of(
          "Session.WorkingDirectory",
          "Session.HasPathMappingRules",
          "Session.PathMappingRulesFile");

  /** A job parameter as scopes see it. */
  record Parameter(String name, boolean isPath) {}

  private final Set<String> names;
  // known once a session runs, though not here: worth a better message than "not defined"
  private final Set<String> later;

  private Scope(Set<String> names, Set<String> later) {
    this.names = Set.copyOf(names);
    this.later = Set.copyOf(later);
  }

  /** What is known when the job is created: everything but where paths will be. */
  static Scope template(List<Parameter> parameters) {
    Set<String> names = new HashSet<>();
    Set<String> later = new HashSet<>(SESSION_NAMES);
    for (Parameter parameter : parameters) {
      names.add("RawParam." + parameter.name());
      (parameter.isPath() ? later : names).add("Param." + parameter.name());
    }
    return new Scope(names, later);
  }

  /** What an environment knows; {@code files} are its own embedded files. */
  Scope ofEnvironment(Set<String> files) {
    Set<String> more = new HashSet<>(later);
    files.forEach(file -> more.add("Env.File." + file));
    return with(more);
  }

  /** What a task knows; {@code files} are the step's embedded files. */
  Scope ofTask(Map<String, TaskParameterType> taskParameters, Set<String> files) {
    Set<String> more = new HashSet<>(later);
    for (String parameter : taskParameters.keySet()) {
      more.add("Task.Param." + parameter);
      more.add("Task.RawParam." + parameter);
    }
    files.forEach(file -> more.add("Task.File." + file));
    return with(more);
  }

  private Scope with(Set<String> more) {
    Set<String> all = new HashSet<>(names);
    all.addAll(more);
    return new Scope(all, Set.of());
  }

  /** A sentence for each name that is not in scope. */
  List<String> missing(FormatString format) {
    List<String> found = new ArrayList<>();
    for (String name : format.names()) {
      if (later.contains(name)) {
        found.add("'" + name + "' is not known before a session runs" + rawHint(name) + ".");
      } else if (!names.contains(name)) {
        found.add("'" + name + "' is not defined here.");
      }
    }
    return found;
  }

  private static String rawHint(String name) {
    return name.startsWith("Param.") ? "; use 'Raw" + name + "' for the path as submitted" : "";
  }
}
