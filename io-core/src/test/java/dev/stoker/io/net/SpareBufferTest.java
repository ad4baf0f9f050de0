package dev.stoker.io.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

class SpareBufferTest {
  private final ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;

  @Test
  void theSameMemoryIsReadIntoAgainUnlessItIsStillOut() {
    SpareBuffer spare = new SpareBuffer(100);
    ByteBuf first = spare.take(allocator, 40);
    long address = first.memoryAddress();
    assertEquals(40, first.writableBytes());
    first.writeZero(40);
    ByteBuf second = spare.take(allocator, 100);
    assertNotEquals(address, second.memoryAddress());
    first.release();
    second.release();

    ByteBuf third = spare.take(allocator, 100);
    assertEquals(address, third.memoryAddress());
    assertEquals(0, third.readableBytes());
    assertEquals(100, third.writableBytes());
    spare.release();
    assertEquals(1, third.refCnt(), "who holds it keeps it");
    third.release();
    assertEquals(0, third.refCnt());

    ByteBuf late = spare.take(allocator, 10);
    late.release();
    assertEquals(0, late.refCnt());
  }

  @Test
  void whatIsLongerIsMadeAnew() {
    SpareBuffer spare = new SpareBuffer(100);
    ByteBuf large = spare.take(allocator, 101);
    assertEquals(101, large.writableBytes());
    large.release();
    assertEquals(0, large.refCnt());
    spare.release();
  }
}
