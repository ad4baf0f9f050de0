package dev.stoker.agent.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StillnessTest {
  private static final long SECOND = 1_000_000_000L;
  private final Stillness still = new Stillness(0);

  private Duration at(int seconds, double cpu, long io, double gpu, boolean blind) {
    still.saw(seconds * SECOND, cpu, io, gpu, blind);
    return still.lasts(seconds * SECOND);
  }

  @Test
  void cpuOrBytesOrAGpuAtWorkOrProgressEndIt() {
    at(2, 1, 100, -1, false);
    assertEquals(Duration.ofSeconds(2), at(4, 1, 100, -1, false));
    assertEquals(Duration.ZERO, at(6, 1.03, 100, -1, false));
    assertEquals(Duration.ofSeconds(2), at(8, 1.04, 100, -1, false), "timers tick");
    assertEquals(Duration.ZERO, at(10, 1.04, 400, -1, false));
    assertEquals(Duration.ofSeconds(2), at(12, 1.04, 500, 0, false), "a keep-alive");
    assertEquals(Duration.ZERO, at(14, 1.04, 500, 0.5, false));
    assertEquals(Duration.ofSeconds(2), at(16, 1.04, 500, 0, false));
    still.progressed(16 * SECOND);
    assertEquals(Duration.ZERO, still.lasts(16 * SECOND));
  }

  @Test
  void whoeverHasAGpuThatNobodyCanLookIntoIsNotCalledStill() {
    at(2, 1, 100, -1, false);
    assertEquals(Duration.ZERO, at(4, 1, 100, -1, true));
  }
}
