package dev.stoker.io.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RamTierTest {
  private final FramePool frames = new FramePool(64);
  private final RamTier tier = new RamTier(frames, 48);
  private final EntryId entry = EntryId.of("a");

  private void put(int grain) {
    ByteBuffer frame = frames.tryTake();
    if (frame == null) {
      assertTrue(tier.shrink());
      frame = frames.tryTake();
    }
    assertNotNull(frame);
    frame.putInt(100, grain);
    tier.put(entry, grain, frame);
  }

  private boolean has(int grain) {
    ByteBuffer into = ByteBuffer.allocate(4);
    boolean hit = tier.copy(entry, grain, 100, into);
    assertTrue(!hit || into.getInt(0) == grain);
    return hit;
  }

  @Test
  void framesAreNeverMoreThanTheCeilingAndNeverLost() {
    for (int i = 0; i < 10_000; i++) {
      put(i % 500);
      assertTrue(frames.taken() <= 48);
    }
    while (tier.shrink()) {
      // until it is empty
    }
    assertEquals(0, frames.taken());
    assertFalse(has(499));
  }

  @Test
  void whatIsReadAgainSurvivesAScan() {
    for (int i = 0; i < 16; i++) {
      put(i);
    }
    int hits = 0;
    for (int i = 0; i < 2_000; i++) {
      put(1_000 + i);
      hits += has(i % 8) ? 1 : 0;
      if (!has(i % 8)) {
        put(i % 8);
      }
    }
    assertTrue(hits > 1_600, hits + " hits of 2000");
  }

  @Test
  void coverageCountsEachByteOnce() {
    Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      Coverage coverage = new Coverage();
      BitSet model = new BitSet();
      for (int i = 0; i < 30; i++) {
        int from = random.nextInt(1000);
        int to = from + 1 + random.nextInt(100);
        coverage.add(from, to);
        model.set(from, to);
        assertEquals(model.cardinality(), coverage.bytes());
      }
    }
  }
}
