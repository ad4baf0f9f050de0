package dev.stoker.openjd.space;

import dev.stoker.openjd.expr.RangeExpression;
import dev.stoker.openjd.expr.Value;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** A node of the tree that a combination expression spans over the task parameters. */
sealed interface Axis {
  long size();

  /**
   * The indices at which these values stand: for each parameter of this axis, its own. A template
   * may list a value twice.
   */
  LongStream indices(Map<String, Value> values);

  /** Puts the values at this index, 0 to {@code size() - 1}, under their parameters' names. */
  void put(long index, Map<String, Value> into);

  record Listed(TaskParameter.Listed parameter) implements Axis {
    @Override
    public long size() {
      return parameter.values().size();
    }

    @Override
    public void put(long index, Map<String, Value> into) {
      into.put(parameter.name(), parameter.values().get(Math.toIntExact(index)));
    }

    @Override
    public LongStream indices(Map<String, Value> values) {
      Value wanted = values.get(parameter.name());
      List<Value> all = parameter.values();
      return IntStream.range(0, all.size()).filter(i -> same(all.get(i), wanted)).asLongStream();
    }

    private static boolean same(Value listed, @Nullable Value wanted) {
      if (listed instanceof Value.Decimal mine && wanted instanceof Value.Decimal theirs) {
        return mine.number().compareTo(theirs.number()) == 0; // 4.5 is 4.50
      }
      return listed.equals(wanted);
    }
  }

  record Ranged(TaskParameter.Ranged parameter) implements Axis {
    @Override
    public long size() {
      return parameter.range().size();
    }

    @Override
    public void put(long index, Map<String, Value> into) {
      into.put(parameter.name(), new Value.Int(parameter.range().get(index)));
    }

    @Override
    public LongStream indices(Map<String, Value> values) {
      return values.get(parameter.name()) instanceof Value.Int(long number)
          ? parameter.range().indexOf(number).stream()
          : LongStream.empty();
    }
  }

  /** A person may cut chunks differently than we do: any allowed chunk counts as the first. */
  record Chunked(TaskParameter.Chunked parameter, Chunks chunks) implements Axis {
    @Override
    public long size() {
      return chunks.size();
    }

    @Override
    public void put(long index, Map<String, Value> into) {
      into.put(parameter.name(), chunks.get(index));
    }

    @Override
    public LongStream indices(Map<String, Value> values) {
      return values.get(parameter.name()) instanceof Value.Ints(RangeExpression chunk, String _)
              && parameter.range().containsAll(chunk)
              && (parameter.chunking().rangeConstraint() == RangeConstraint.NONCONTIGUOUS
                  || chunk.get(chunk.size() - 1) - chunk.get(0) == chunk.size() - 1)
          ? LongStream.of(0)
          : LongStream.empty();
    }
  }

  /** All combinations, the last factor running fastest. */
  record Product(List<Axis> factors, long size) implements Axis {
    @Override
    public void put(long index, Map<String, Value> into) {
      long rest = index;
      for (Axis factor : factors.reversed()) {
        factor.put(rest % factor.size(), into);
        rest /= factor.size();
      }
    }

    @Override
    public LongStream indices(Map<String, Value> values) {
      LongStream found = LongStream.of(0);
      for (Axis factor : factors) {
        found =
            found.flatMap(
                before -> factor.indices(values).map(index -> before * factor.size() + index));
      }
      return found;
    }
  }

  /** Members of one size, advancing together. */
  record Association(List<Axis> members) implements Axis {
    @Override
    public long size() {
      return members.getFirst().size();
    }

    @Override
    public void put(long index, Map<String, Value> into) {
      members.forEach(member -> member.put(index, into));
    }

    @Override
    public LongStream indices(Map<String, Value> values) {
      List<Axis> others = members.subList(1, members.size());
      return members
          .getFirst()
          .indices(values)
          .filter(
              index ->
                  others.stream()
                      .allMatch(axis -> axis.indices(values).anyMatch(at -> at == index)));
    }
  }
}
