package dev.stoker.io.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stoker.io.asset.ByteRange;
import java.nio.ByteBuffer;
import java.util.BitSet;

/** Takes bytes and makes sure that each comes once and right. */
final class Taken implements RangeSink {
  final ByteRange range;
  private final String name;
  private final BitSet seen = new BitSet();
  volatile boolean quick;

  Taken(String name, ByteRange range) {
    this.name = name;
    this.range = range;
  }

  @Override
  public synchronized void accept(long offset, ByteBuffer data) {
    int from = (int) (offset - range.offset());
    int to = from + data.remaining();
    assertEquals(-1, seen.nextSetBit(from) >= to ? -1 : seen.nextSetBit(from), "twice");
    seen.set(from, to);
    for (long i = offset; data.hasRemaining(); i += 997) {
      assertEquals(FakeOrigin.byteAt(name, i), data.get());
      data.position(Math.min(data.limit(), data.position() + 996));
    }
  }

  @Override
  public boolean isQuick() {
    return quick;
  }

  synchronized long bytes() {
    return seen.cardinality();
  }
}
