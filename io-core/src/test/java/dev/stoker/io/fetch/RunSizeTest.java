package dev.stoker.io.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RunSizeTest {
  private static final int MIB = 1 << 20;
  private static final long SECOND = 1_000_000_000L;

  @Test
  void whatIsLeftOfAFileIsCutUpForAllConnections() {
    RunSize size = new RunSize(16 * MIB);
    assertEquals(16 * MIB, size.nextBytes(64L * MIB, 2, false));
    assertEquals(8 * MIB, size.nextBytes(64L * MIB, 8, false));
    assertEquals(MIB, size.nextBytes(2L * MIB, 8, false));
  }

  @Test
  void noMoreFinelyThanEachPartTakesAMoment() {
    RunSize fast = new RunSize(16 * MIB);
    fast.answered(16L * MIB, SECOND / 20); // 320 MiB/s
    assertEquals(4 * MIB, fast.nextBytes(2L * MIB, 8, true));
    RunSize slow = new RunSize(16 * MIB);
    slow.answered(16L * MIB, 2 * SECOND); // 8 MiB/s
    assertEquals(MIB, slow.nextBytes(2L * MIB, 8, true));
  }
}
