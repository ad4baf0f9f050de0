package dev.stoker.openjd.job;

import dev.stoker.openjd.expr.ExpressionException;
import dev.stoker.openjd.expr.FormatString;
import dev.stoker.openjd.expr.RangeExpression;
import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.space.Chunking;
import dev.stoker.openjd.space.TaskParameter;
import dev.stoker.openjd.space.TaskParameterType;
import dev.stoker.openjd.space.TaskSpace;
import dev.stoker.openjd.template.ParameterSpace;
import dev.stoker.openjd.template.ParameterSpace.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Fills in a parameter space. */
record SpaceResolver(Resolver resolver) {
  /** Named by the specification for {@code <TaskParameterStringValue>}. */
  private static final int MAX_VALUE_LENGTH = 1024;

  TaskSpace resolve(@Nullable ParameterSpace space, String place) {
    if (space == null) {
      return TaskSpace.single();
    }
    List<TaskParameter> parameters = new ArrayList<>();
    for (int i = 0; i < space.definitions().size(); i++) {
      String at = place + " -> taskParameterDefinitions[" + i + "]";
      parameter(space.definitions().get(i), at).ifPresent(parameters::add);
    }
    if (parameters.size() < space.definitions().size()) {
      return TaskSpace.single(); // reported
    }
    try {
      return TaskSpace.of(parameters, space.combination());
    } catch (ExpressionException e) {
      resolver.problem(place + " -> combination", "It does not work out: " + e.getMessage() + ".");
      return TaskSpace.single();
    }
  }

  private Optional<TaskParameter> parameter(ParameterSpace.Definition definition, String place) {
    String rangePlace = place + " -> range";
    ParameterSpace.Chunks chunks = definition.chunks();
    if (chunks != null) {
      return range(definition.range(), rangePlace)
          .map(
              range ->
                  new TaskParameter.Chunked(
                      definition.name(), range, chunking(chunks, place + " -> chunks")));
    }
    return switch (definition.range()) {
      case Range.Expression expression ->
          range(expression, rangePlace)
              .map(range -> new TaskParameter.Ranged(definition.name(), range));
      case Range.Items(List<FormatString> items) ->
          values(items, definition.type(), rangePlace)
              .map(
                  values -> new TaskParameter.Listed(definition.name(), definition.type(), values));
    };
  }

  private Optional<RangeExpression> range(Range range, String place) {
    return switch (range) {
      case Range.Expression(FormatString text) -> expression(text, place);
      case Range.Items(List<FormatString> items) ->
          values(items, TaskParameterType.INT, place)
              .map(
                  values ->
                      RangeExpression.of(values.stream().map(SpaceResolver::number).toList()));
    };
  }

  private static long number(Value value) {
    if (value instanceof Value.Int(long number)) {
      return number;
    }
    throw new IllegalArgumentException("'" + value.text() + "' is no integer.");
  }

  private Optional<RangeExpression> expression(FormatString text, String place) {
    try {
      return Optional.of(RangeExpression.parse(resolver.text(text, place)));
    } catch (ExpressionException e) {
      resolver.problem(place, "It is no range: " + e.getMessage() + ".");
      return Optional.empty();
    }
  }

  private Optional<List<Value>> values(
      List<FormatString> items, TaskParameterType type, String place) {
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      String at = place + "[" + i + "]";
      String text = resolver.text(items.get(i), at);
      int length = text.codePointCount(0, text.length());
      Optional<? extends Value> value = type.parse(text);
      if (value.isEmpty()) {
        resolver.problem(at, "'" + text + "' is not " + type.description() + ".");
      } else if (length > MAX_VALUE_LENGTH) {
        resolver.problem(
            at,
            "The value has "
                + length
                + " characters; at most "
                + MAX_VALUE_LENGTH
                + " are allowed.");
      } else {
        values.add(value.get());
      }
    }
    return values.size() == items.size() ? Optional.of(values) : Optional.empty();
  }

  private Chunking chunking(ParameterSpace.Chunks chunks, String place) {
    FormatString seconds = chunks.targetRuntimeSeconds();
    return new Chunking(
        resolver.integer(
            chunks.defaultTaskCount(), 1, Long.MAX_VALUE, place + " -> defaultTaskCount"),
        seconds == null
            ? 0
            : resolver.integer(seconds, 0, Long.MAX_VALUE, place + " -> targetRuntimeSeconds"),
        chunks.rangeConstraint());
  }
}
