package dev.stoker.openjd.space;

import dev.stoker.openjd.expr.ExpressionException;
import dev.stoker.openjd.expr.RangeExpression;
import dev.stoker.openjd.expr.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a step. Tasks have indices 0 to {@code size() - 1} that never change their meaning;
 * a space of a billion tasks costs no more than one of ten. Immutable and free to share.
 */
public final class TaskSpace {
  private final Map<String, TaskParameter> parameters;
  private final @Nullable Combination combination;
  private final @Nullable Axis root;

  private TaskSpace(
      Map<String, TaskParameter> parameters,
      @Nullable Combination combination,
      @Nullable Axis root) {
    this.parameters = parameters;
    this.combination = combination;
    this.root = root;
  }

  /** The space of a step without task parameters: one task. */
  public static TaskSpace single() {
    return new TaskSpace(Map.of(), null, null);
  }

  /**
   * The space that these parameters span.
   *
   * @param parameters in the template's order, names distinct, at least one
   * @param combination how they combine; null for the product of all
   * @throws ExpressionException when the expression does not fit the parameters, associated values
   *     differ in number, a chunked parameter is associated, or the tasks exceed 2^63 - 1
   */
  public static TaskSpace of(List<TaskParameter> parameters, @Nullable String combination) {
    Map<String, TaskParameter> named = new LinkedHashMap<>();
    parameters.forEach(parameter -> named.put(parameter.name(), parameter));
    Combination tree =
        combination == null
            ? Combination.productOf(named.keySet())
            : Combination.parse(combination, named.keySet());
    for (TaskParameter parameter : parameters) {
      if (parameter instanceof TaskParameter.Chunked && tree.associates(parameter.name())) {
        throw new ExpressionException(
            "the chunked task parameter '"
                + parameter.name()
                + "' cannot be associated with another; combine it with '*'");
      }
    }
    return of(named, tree);
  }

  private static TaskSpace of(Map<String, TaskParameter> parameters, Combination tree) {
    return new TaskSpace(parameters, tree, axis(tree, parameters));
  }

  private static Axis axis(Combination tree, Map<String, TaskParameter> parameters) {
    return switch (tree) {
      case Combination.Name(String name) -> axis(parameters.get(name));
      case Combination.Product(List<Combination> factors) -> product(factors, parameters);
      case Combination.Association(List<Combination> members) -> association(members, parameters);
    };
  }

  private static Axis axis(@Nullable TaskParameter parameter) {
    return switch (parameter) {
      case TaskParameter.Listed listed -> new Axis.Listed(listed);
      case TaskParameter.Ranged ranged -> new Axis.Ranged(ranged);
      case TaskParameter.Chunked chunked ->
          new Axis.Chunked(chunked, Chunks.of(chunked.range(), chunked.chunking()));
      case null -> throw new IllegalArgumentException("The combination names no such parameter.");
    };
  }

  private static Axis product(List<Combination> factors, Map<String, TaskParameter> parameters) {
    List<Axis> axes = factors.stream().map(factor -> axis(factor, parameters)).toList();
    long size = 1;
    for (Axis axis : axes) {
      if (Math.multiplyHigh(size, axis.size()) != 0 || size * axis.size() < 0) {
        throw new ExpressionException("the parameter space has more than 2^63 - 1 tasks");
      }
      size *= axis.size();
    }
    return new Axis.Product(axes, size);
  }

  private static Axis association(
      List<Combination> members, Map<String, TaskParameter> parameters) {
    List<Axis> axes = members.stream().map(member -> axis(member, parameters)).toList();
    for (int i = 1; i < axes.size(); i++) {
      if (axes.get(i).size() != axes.getFirst().size()) {
        throw new ExpressionException(
            "the associated "
                + members.getFirst().names()
                + " and "
                + members.get(i).names()
                + " have "
                + axes.getFirst().size()
                + " and "
                + axes.get(i).size()
                + " values; association needs equally many");
      }
    }
    return new Axis.Association(axes);
  }

  /** How many tasks there are; at least 1. */
  public long size() {
    return root == null ? 1 : root.size();
  }

  /**
   * The parameters of one task.
   *
   * @throws IndexOutOfBoundsException unless the index is in 0 to {@code size() - 1}
   */
  public TaskParameters get(long index) {
    if (index < 0 || index >= size()) {
      throw new IndexOutOfBoundsException("Task " + index + " is not in 0.." + (size() - 1) + ".");
    }
    if (root == null) {
      return TaskParameters.NONE;
    }
    Map<String, Value> values = new HashMap<>();
    root.put(index, values);
    Map<String, Value> ordered = new LinkedHashMap<>();
    parameters.keySet().forEach(name -> ordered.put(name, values.get(name)));
    return new TaskParameters(ordered);
  }

  /** The dimensions in the template's order. */
  public List<TaskParameter> parameters() {
    return List.copyOf(parameters.values());
  }

  /** How the chunked parameter is chunked; empty when there is none. */
  public Optional<Chunking> chunking() {
    return parameters.values().stream()
        .filter(TaskParameter.Chunked.class::isInstance)
        .map(parameter -> ((TaskParameter.Chunked) parameter).chunking())
        .findFirst();
  }

  /** How many tasks there are when each value of a chunked parameter counts as one. */
  public long unchunkedSize() {
    return cut(1).size();
  }

  /** This space with chunks of at most {@code taskCount} values. */
  private TaskSpace cut(long taskCount) {
    if (combination == null || chunking().isEmpty()) {
      return this;
    }
    Map<String, TaskParameter> cut = new LinkedHashMap<>(parameters);
    cut.replaceAll(
        (name, parameter) ->
            parameter
                    instanceof
                    TaskParameter.Chunked(String _, RangeExpression range, Chunking chunking)
                ? new TaskParameter.Chunked(name, range, chunking.ofCount(taskCount))
                : parameter);
    return of(cut, combination);
  }

  /**
   * The same work cut while it is done, for who measures how long tasks take; empty unless the
   * template gives a target runtime.
   */
  public Optional<AdaptiveTasks> adaptive() {
    return parameters.values().stream()
        .filter(TaskParameter.Chunked.class::isInstance)
        .map(TaskParameter.Chunked.class::cast)
        .filter(chunked -> chunked.chunking().targetRuntimeSeconds() > 0)
        .findFirst()
        .map(chunked -> new AdaptiveTasks(without(chunked.name()), chunked, parameters.keySet()));
  }

  private TaskSpace without(String name) {
    Map<String, TaskParameter> rest = new LinkedHashMap<>(parameters);
    rest.remove(name);
    return combination == null || rest.isEmpty()
        ? single()
        : of(rest, combination.without(name).orElseThrow());
  }

  /**
   * Whether these are the parameters of a task of this space. A chunk may be any allowed one, also
   * one that {@link #get} would cut differently.
   */
  public boolean contains(TaskParameters task) {
    return task.values().keySet().equals(parameters.keySet())
        && (root == null || root.indices(task.values()).findAny().isPresent());
  }

  /**
   * Gives parameters that travelled as text their types again. Whether the values belong to a task
   * of this space is not looked up here: a person may run a frame that the template does not list.
   *
   * @throws ExpressionException when a name is missing or unknown, or a text is not of its type
   */
  public TaskParameters parse(Map<String, String> texts) {
    List<String> problems = new ArrayList<>();
    for (String name : texts.keySet()) {
      if (!parameters.containsKey(name)) {
        problems.add("'" + name + "' is no task parameter of the step");
      }
    }
    Map<String, Value> values = new LinkedHashMap<>();
    for (TaskParameter parameter : parameters.values()) {
      String text = texts.get(parameter.name());
      if (text == null) {
        problems.add("the task parameter '" + parameter.name() + "' has no value");
        continue;
      }
      Optional<? extends Value> value = parameter.type().parse(text);
      value.ifPresentOrElse(
          found -> values.put(parameter.name(), found),
          () ->
              problems.add(
                  "the task parameter '"
                      + parameter.name()
                      + "' is not "
                      + parameter.type().description()
                      + ": '"
                      + text
                      + "'"));
    }
    if (!problems.isEmpty()) {
      throw new ExpressionException(String.join("; ", problems));
    }
    return new TaskParameters(values);
  }
}
