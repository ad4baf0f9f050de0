package dev.stoker.openjd.space;

import dev.stoker.openjd.expr.Value;
import java.util.List;
import java.util.Map;

/** A node of the tree that a combination expression spans over the task parameters. */
sealed interface Axis {
  long size();

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
  }

  record Chunked(String name, Chunks chunks) implements Axis {
    @Override
    public long size() {
      return chunks.size();
    }

    @Override
    public void put(long index, Map<String, Value> into) {
      into.put(name, chunks.get(index));
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
  }
}
