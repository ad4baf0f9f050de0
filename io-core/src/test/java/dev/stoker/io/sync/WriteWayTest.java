package dev.stoker.io.sync;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class WriteWayTest {
  private static final long MIB = 1 << 20;
  private final WriteWay way = new WriteWay();

  private void take(int writes, long millis) {
    for (int i = 0; i < writes; i++) {
      way.tookInCache(MIB, millis * 1_000_000);
    }
  }

  @Test
  void bytesGoThroughThePageCacheWhileItTakesThemFast() {
    take(1_000, 1);
    take(3, 200);
    take(30, 1);
    take(3, 200);
    take(1_000, 1);
    for (int i = 0; i < 100; i++) {
      take(1, 50);
      take(10, 1);
    }
    assertFalse(way.isPastCache(MIB), "slow now and then is not throttled");
  }

  @Test
  void onceWritersWaitForTheDiskTheyGoPastTheCacheForAWhile() {
    take(85, 20);
    assertFalse(way.isPastCache(MIB));
    take(1, 20);
    for (int i = 0; i < 1_024; i++) {
      assertTrue(way.isPastCache(MIB));
    }
    assertFalse(way.isPastCache(MIB));
  }

  @Test
  void smallWritesTellNothing() {
    for (int i = 0; i < 100; i++) {
      way.tookInCache(64 << 10, 50_000_000);
    }
    assertFalse(way.isPastCache(MIB));
  }
}
