package dev.stoker.io.source.nfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.source.nfs.RangeParts.Part;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The order of READs against the plain range. */
final class RangePartsTest {
  private static final int START = 1_000;

  @Test
  void partsThatComeInAnyOrderAreHandedOnInTheFilesAndTheirMemoryIsNotFilledBefore() {
    long seed = Long.getLong("stoker.seed", System.nanoTime());
    System.out.println("RangePartsTest: -Dstoker.seed=" + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      int ring = 1 << (4 + random.nextInt(6));
      int length = 1 + random.nextInt(4 * ring);
      int readBytes = 4 + random.nextInt(64);
      fillAndEmpty(random, length, ByteBuffer.allocateDirect(Math.min(ring, length)), readBytes);
    }
  }

  private static void fillAndEmpty(Random random, int length, ByteBuffer ring, int readBytes) {
    RangeParts parts = new RangeParts(new ByteRange(START, length), ring);
    List<Part> out = new ArrayList<>(parts.first(readBytes));
    int handed = 0;
    while (!out.isEmpty()) {
      assertFalse(parts.isOver());
      Part come = out.remove(random.nextInt(out.size()));
      assertTrue(come.target.remaining() <= readBytes);
      for (long at = come.offset(); come.target.hasRemaining(); at++) {
        come.target.put((byte) at);
      }
      parts.arrived(come);
      if (random.nextInt(3) == 0 && !out.isEmpty()) {
        continue; // whoever hands on is late
      }
      assertTrue(parts.mayHandOn());
      assertFalse(parts.mayHandOn(), "one at a time");
      for (Part next = parts.toHandOn(); next != null; next = parts.toHandOn()) {
        for (; handed < next.end - START; handed++) {
          assertEquals((byte) (START + handed), ring.get(handed % ring.capacity()));
        }
        Part follower = parts.handedOn();
        if (follower != null) {
          out.add(follower);
        }
      }
    }
    assertEquals(length, handed);
    assertTrue(parts.isOver());
    assertFalse(parts.isOver(), "once");
    assertNull(parts.failure());
  }

  @Test
  void afterAFailureNothingIsHandedOnAndTheEndWaitsForWhatIsUnderWay() {
    RangeParts parts = new RangeParts(new ByteRange(0, 64), ByteBuffer.allocateDirect(32));
    List<Part> first = parts.first(16);
    assertEquals(2, first.size());
    parts.arrived(first.get(0));
    IllegalStateException why = new IllegalStateException("first");
    assertEquals(2, parts.fail(why).size());
    parts.fail(new IllegalStateException("second"));
    assertTrue(parts.mayHandOn());
    assertNull(parts.toHandOn());
    assertFalse(parts.isOver(), "one READ may still fill its memory");
    parts.lost();
    assertTrue(parts.isOver());
    assertSame(why, parts.failure());
  }
}
