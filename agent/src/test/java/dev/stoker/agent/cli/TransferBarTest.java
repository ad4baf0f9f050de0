package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TransferBarTest {
  @Test
  void whereNobodyWatchesALineEveryTenSecondsTellsBytesFilesRateAndTimeLeft() {
    StringWriter said = new StringWriter();
    AtomicLong nanos = new AtomicLong();
    try (TransferBar bar = TransferBar.inLines("Fetched", new PrintWriter(said), nanos::get)) {
      for (int second = 1; second <= 20; second++) {
        nanos.addAndGet(1_000_000_000);
        bar.show((long) second << 20, 100 << 20, second, 100);
      }
    }
    assertEquals(
        """
        Fetched 10 MiB of 100 MiB, 10 of 100 files, 1.0 MiB/s, 90 s to go
        Fetched 20 MiB of 100 MiB, 20 of 100 files, 1.0 MiB/s, 80 s to go
        """,
        said.toString());
  }
}
