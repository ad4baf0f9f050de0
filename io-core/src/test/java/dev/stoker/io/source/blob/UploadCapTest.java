package dev.stoker.io.source.blob;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class UploadCapTest {
  @Test
  void theRateHoldsOverSecondsForAllSendersTogetherAndNobodySpins() throws Exception {
    UploadCap cap = new UploadCap(1_000_000);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    AtomicLong cpuNanos = new AtomicLong();
    List<Thread> senders = new ArrayList<>();
    long start = System.nanoTime();
    for (int sender = 0; sender < 4; sender++) {
      senders.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 10; i++) {
                      cap.await(50_000, "a", Deadline.after(Duration.ofSeconds(9)));
                    }
                    cpuNanos.addAndGet(threads.getCurrentThreadCpuTime());
                  }));
    }
    for (Thread sender : senders) {
      sender.join();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    assertTrue(seconds >= 1.95 && seconds < 4, "two megabytes in " + seconds + " s");
    assertTrue(cpuNanos.get() < 200_000_000, cpuNanos.get() + " ns of CPU spent on waiting");
  }

  @Test
  void whatWouldComeTooLateIsRefusedAtOnceAndTakesNothing() {
    UploadCap cap = new UploadCap(1_000);
    cap.await(3_600_000, "a", Deadline.after(Duration.ofSeconds(1)));
    IoFailure.TimedOut late =
        assertThrows(
            IoFailure.TimedOut.class,
            () -> cap.await(1, "to blob://studio", Deadline.after(Duration.ofSeconds(1))));
    assertTrue(late.getMessage().contains("to blob://studio"), late.getMessage());
  }
}
