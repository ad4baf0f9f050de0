package dev.stoker.agent.pipeline;

import dev.stoker.agent.session.SessionFolders;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.job.Job;
import dev.stoker.openjd.job.JobException;
import dev.stoker.openjd.job.Step;
import dev.stoker.openjd.param.JobParameter;
import dev.stoker.openjd.param.ObjectType;
import dev.stoker.openjd.pathmap.PathMapping;
import dev.stoker.openjd.space.TaskParameters;
import dev.stoker.openjd.template.EnvironmentTemplate;
import dev.stoker.openjd.template.Extension;
import dev.stoker.openjd.template.JobTemplate;
import dev.stoker.openjd.template.TemplateException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A job as a node sees it: what to run, which parts of which locations it reads, and where its
 * outputs go. Immutable.
 *
 * @param reads places of IN and INOUT parameters, and of the bundle's inputs
 * @param writes places of OUT and INOUT parameters, and of the bundle's output folders
 */
record JobPlan(
    Jobs.Definition definition,
    Job job,
    LocationMap locations,
    List<LocationMap.Place> reads,
    List<Written> writes) {

  /**
   * Where outputs go.
   *
   * @param file whether the parameter names a file, so that the folder above it must be there
   * @param read whether the job also reads what lies there
   */
  record Written(LocationMap.Place place, boolean file, boolean read) {}

  /**
   * @throws AttemptFailure when no job can be made of it; a controller of another release may have
   *     taken what this one cannot
   */
  static JobPlan of(Jobs.Definition definition) {
    try {
      JobTemplate template = JobTemplate.decode(definition.template(), Extension.ALL);
      List<EnvironmentTemplate> environments =
          definition.environments().stream()
              .map(document -> EnvironmentTemplate.decode(document, Extension.ALL))
              .toList();
      String folder = definition.templateFolder();
      Job job =
          Job.create(
              template,
              environments,
              definition.parameters(),
              folder.isEmpty() ? null : Path.of(folder),
              Path.of("/"));
      return of(definition, job);
    } catch (TemplateException | JobException e) {
      throw new AttemptFailure(
          "This node cannot read the job: " + String.valueOf(e.getMessage()).replace("\n", "; "),
          false);
    }
  }

  private static JobPlan of(Jobs.Definition definition, Job job) {
    LocationMap locations = new LocationMap(definition.locations(), definition.assets().uploads());
    List<LocationMap.Place> reads = new ArrayList<>();
    List<Written> writes = new ArrayList<>();
    for (JobParameter parameter : job.pathParameters()) {
      Optional<LocationMap.Place> place = locations.find(parameter.value().text());
      if (place.isPresent() && parameter.dataFlow().isInput()) {
        reads.add(place.get());
      }
      if (parameter.dataFlow().isOutput()) {
        writes.add(written(parameter, place));
      }
    }
    for (String input : definition.assets().inputs()) {
      locations.find(input).ifPresent(reads::add);
    }
    for (String output : definition.assets().outputs()) {
      Optional<LocationMap.Place> place = locations.find(output);
      writes.add(new Written(writable(place, "The job's output folder", output), false, false));
    }
    // What one parameter reads and another writes is one folder to the job.
    writes.replaceAll(
        written ->
            new Written(
                written.place(),
                written.file(),
                reads.stream()
                    .anyMatch(
                        read ->
                            read.location().equals(written.place().location())
                                && read.path().equals(written.place().path()))));
    return new JobPlan(definition, job, locations, List.copyOf(reads), List.copyOf(writes));
  }

  private static Written written(JobParameter parameter, Optional<LocationMap.Place> place) {
    return new Written(
        writable(place, "The output parameter " + parameter.name(), parameter.value().text()),
        parameter.objectType() == ObjectType.FILE,
        false);
  }

  private static LocationMap.Place writable(
      Optional<LocationMap.Place> place, String what, String path) {
    return place
        .filter(found -> found.location().writable())
        .orElseThrow(
            () ->
                new AttemptFailure(
                    what
                        + " is '"
                        + path
                        + "', which lies in no writable location; add one, or give another path.",
                    false));
  }

  Step step(String name) {
    return job.step(name)
        .orElseThrow(
            () -> new AttemptFailure("The job has no step '" + name + "' on this node.", false));
  }

  /** Whether secrets may be kept in variables. */
  boolean keepsRedacted() {
    return job.extensions().contains(Extension.REDACTED_ENV_VARS);
  }

  /** What a task reads: the job's inputs and its own, less what lies where the job writes. */
  List<LocationMap.Place> inputs(TaskParameters task) {
    List<LocationMap.Place> all = new ArrayList<>(reads);
    for (Value value : task.values().values()) {
      if (value instanceof Value.PathText(String path)) {
        ownInput(path).ifPresent(all::add);
      }
    }
    return all;
  }

  private static boolean covers(Written written, LocationMap.Place place) {
    return place.location().equals(written.place().location())
        && place.path().startsWith(written.place().path());
  }

  /**
   * Paths of the job's to paths of a session: exactly what is written to the output folder, exactly
   * what is read and all else to the inputs; a location that nothing is read from, but that may be
   * written, to the output folder.
   *
   * @param inputs where what is only read lies
   */
  PathMapping mapping(SessionFolders folders, Path inputs) {
    List<PathMapping.Rule> rules = new ArrayList<>();
    for (Written written : writes) {
      rules.add(rule(written.place(), folders.out()));
    }
    for (LocationMap.Place read : reads) {
      if (!isCopied(read)) {
        rules.add(rule(read, inputs));
      }
    }
    rules.addAll(
        locations.rules(
            location ->
                (isReadable(location) ? inputs : folders.out())
                    .resolve(location.name())
                    .toString()));
    return new PathMapping(rules);
  }

  /** Whether what lies there is copied to where the job writes, because it does both. */
  boolean isCopied(LocationMap.Place place) {
    return writes.stream().anyMatch(written -> written.read() && covers(written, place));
  }

  /** Whether a path that nobody declared leads to the inputs there, and not to the outputs. */
  boolean isReadable(Jobs.Location location) {
    return !location.writable()
        || reads.stream().anyMatch(read -> read.location().equals(location));
  }

  private static PathMapping.Rule rule(LocationMap.Place place, Path top) {
    return new PathMapping.Rule(
        LocationMap.format(place.jobPath()), place.jobPath(), local(place, top).toString());
  }

  static Path local(LocationMap.Place place, Path top) {
    return top.resolve(place.location().name()).resolve(place.path().value());
  }

  /**
   * {@code Task.Param.*} and {@code Task.RawParam.*}; a path that is staged for the task alone
   * leads to where it is staged, whatever else the job does with its location.
   *
   * @param inputs where what is only read lies
   */
  Map<String, Value> symbols(TaskParameters task, SessionFolders folders, Path inputs) {
    PathMapping mapping = mapping(folders, inputs);
    Map<String, Value> symbols = new HashMap<>();
    task.values()
        .forEach(
            (name, value) -> {
              symbols.put("Task.RawParam." + name, value);
              symbols.put("Task.Param." + name, mapped(value, mapping, inputs));
            });
    return symbols;
  }

  private Value mapped(Value value, PathMapping mapping, Path inputs) {
    if (!(value instanceof Value.PathText(String path))) {
      return value;
    }
    return new Value.PathText(
        ownInput(path)
            .map(place -> local(place, inputs).toString())
            .orElseGet(() -> mapping.apply(path)));
  }

  /** Where a task's path is read from, unless it lies where the job writes. */
  private Optional<LocationMap.Place> ownInput(String path) {
    return locations
        .find(path)
        .filter(place -> writes.stream().noneMatch(written -> covers(written, place)));
  }
}
