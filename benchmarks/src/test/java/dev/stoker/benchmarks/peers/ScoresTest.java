package dev.stoker.benchmarks.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ScoresTest {
  private static Sample sample(String who, double wallSeconds, double cpuSeconds) {
    return new Sample(
        "b1 1 GiB", who, (long) (wallSeconds * 1e9), (long) (cpuSeconds * 1e9), 10 << 20);
  }

  @Test
  void aRowTellsMediansAndTheBestRun() {
    List<Sample> samples =
        List.of(sample("a", 2, 1), sample("a", 1, 3), sample("a", 4, 2), sample("b", 8, 8));
    Scores scores = new Scores(samples, new Scores.Work("MiB", 1024), 1L << 30);
    String row = scores.row("what", "command", "target");
    assertTrue(row.contains("| a 2.00 CPU-s/GiB, 512 MiB/s (1,024), 10 MiB; b 8.00"), row);
    assertEquals(3, scores.table().lines().count());
  }

  @Test
  void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
    List<Sample> samples = List.of(sample("a", 1, 1), sample("a", 2, 1));
    assertEquals(1_500_000_000L, Scores.median(samples, Sample::wallNanos));
  }

  @Test
  void aSampleIsReadBackAsItWasWritten() {
    Sample sample = sample("rclone 4 streams", 1.5, 0.25);
    assertEquals(sample, Sample.fromLine(sample.toLine()));
  }

  @Test
  void sizesAreReadAsPeopleWriteThem() {
    ByteCount sizes = new ByteCount();
    assertEquals(64L << 10, sizes.convert("64k"));
    assertEquals(1L << 30, sizes.convert("1G"));
    assertEquals(7, sizes.convert("7"));
    assertEquals("512 MiB", ByteCount.say(512L << 20));
  }
}
