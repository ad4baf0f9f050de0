package dev.stoker.io.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RunSizeTest {
  private static final int MIB = 1 << 20;
  private static final long SECOND = 1_000_000_000L;

  @Test
  void whatIsLeftOfAFileIsCutUpForAllConnections() {
    RunSize size = new RunSize(16 * MIB);
    size.answered(16L * MIB, SECOND / 20); // 320 MiB/s
    assertEquals(16 * MIB, size.nextBytes(64L * MIB, 2, false, false));
    assertEquals(8 * MIB, size.nextBytes(64L * MIB, 8, false, false));
    assertEquals(4 * MIB, size.nextBytes(2L * MIB, 8, false, false));
  }

  @Test
  void anUnknownOriginIsAskedForLittleAndASlowOneForWhatSoonTellsWhileItsKneeIsSought() {
    RunSize size = new RunSize(16 * MIB);
    assertEquals(8 * MIB, size.nextBytes(1024L * MIB, 2, false, true));
    assertEquals(8 * MIB, size.nextBytes(1024L * MIB, 2, true, true), "even past all buffers");
    size.answered(8L * MIB, 2 * SECOND / 5); // 20 MiB/s
    assertEquals(2 * MIB, size.nextBytes(1024L * MIB, 8, false, true));
    assertEquals(4 * MIB, size.nextBytes(1024L * MIB, 8, false, false));
  }

  @Test
  void theFirstAnswersCountAlikeAndLaterOnesATenth() {
    RunSize size = new RunSize(16 * MIB);
    size.answered(MIB, SECOND); // waited for its connection
    for (int i = 0; i < 9; i++) {
      size.answered(4L * MIB, SECOND / 10); // 40 MiB/s
    }
    assertEquals(4 * MIB, size.nextBytes(1024L * MIB, 8, false, false), "36 MiB/s");
    size.answered(16L * MIB, SECOND / 100);
    assertEquals(8 * MIB, size.nextBytes(1024L * MIB, 8, false, false), "192 MiB/s");
  }

  @Test
  void noMoreFinelyThanEachPartTakesAMoment() {
    RunSize fast = new RunSize(16 * MIB);
    fast.answered(16L * MIB, SECOND / 20); // 320 MiB/s
    assertEquals(4 * MIB, fast.nextBytes(2L * MIB, 8, true, false));
    RunSize slow = new RunSize(16 * MIB);
    slow.answered(16L * MIB, 2 * SECOND); // 8 MiB/s
    assertEquals(MIB, slow.nextBytes(2L * MIB, 8, true, false));
  }
}
