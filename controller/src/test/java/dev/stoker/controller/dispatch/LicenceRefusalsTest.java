package dev.stoker.controller.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stoker.controller.protocol.Finish;
import java.util.List;
import org.junit.jupiter.api.Test;

class LicenceRefusalsTest {
  private static final Finish.Request REFUSED =
      new Finish.Request(
          1,
          Finish.Outcome.FAILED,
          1,
          "",
          false,
          List.of(),
          0,
          0,
          0,
          Finish.Cause.LICENCE_REFUSED,
          null,
          null);

  @Test
  void pausesGrowUpToFiveMinutes() {
    assertEquals(15_000, LicenceRefusals.pauseMillis(1));
    assertEquals(30_000, LicenceRefusals.pauseMillis(2));
    assertEquals(300_000, LicenceRefusals.pauseMillis(6));
    assertEquals(300_000, LicenceRefusals.pauseMillis(LicenceRefusals.MOST_FREE));
  }

  @Test
  void aServerThatNeverGivesOneCostsAttemptsInTheEnd() {
    assertEquals(TaskLife.Price.NOTHING, TaskLife.Price.of(REFUSED, 0));
    assertEquals(TaskLife.Price.NOTHING, TaskLife.Price.of(REFUSED, LicenceRefusals.MOST_FREE - 1));
    assertEquals(TaskLife.Price.ATTEMPT, TaskLife.Price.of(REFUSED, LicenceRefusals.MOST_FREE));
  }
}
