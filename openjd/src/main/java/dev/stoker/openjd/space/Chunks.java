package dev.stoker.openjd.space;

import dev.stoker.openjd.expr.RangeExpression;
import dev.stoker.openjd.expr.Value;

/** The chunks of one {@code CHUNK[INT]} parameter, found by index. */
sealed interface Chunks permits ContiguousChunks, Chunks.Noncontiguous {
  long size();

  Value.Ints get(long index);

  static Chunks of(RangeExpression range, Chunking chunking) {
    long limit = chunking.defaultTaskCount();
    return switch (chunking.rangeConstraint()) {
      case CONTIGUOUS -> new ContiguousChunks(range, limit);
      case NONCONTIGUOUS -> new Noncontiguous(range, EvenParts.of(range.size(), limit));
    };
  }

  /** Runs of the increasing order, gaps or not. */
  record Noncontiguous(RangeExpression range, EvenParts parts) implements Chunks {
    @Override
    public long size() {
      return parts.parts();
    }

    @Override
    public Value.Ints get(long index) {
      RangeExpression chunk = range.slice(parts.start(index), parts.size(index));
      return new Value.Ints(chunk, chunk.toString());
    }
  }
}
