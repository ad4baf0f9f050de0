package dev.stoker.agent.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineSamplerTest {
  @TempDir Path proc;

  @Test
  void countsWhatTheKernelCounted() throws IOException {
    Files.createDirectories(proc.resolve("net"));
    Files.writeString(
        proc.resolve("meminfo"), "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 400 kB\n");
    Files.writeString(
        proc.resolve("net/dev"),
        """
        Inter-| Receive | Transmit
         face |bytes packets|bytes
            lo: 7 0 0 0 0 0 0 0 7 0 0 0 0 0 0 0
          eth0: 100 1 0 0 0 0 0 0 50 1 0 0 0 0 0 0
          eth1:20 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0
        """);
    var sampler = new MachineSampler(proc);
    Files.writeString(proc.resolve("stat"), "cpu  100 0 50 800 50 0 0 0 30 0\n");
    var first = sampler.sample();
    assertNotNull(first);
    assertEquals(-1, first.cpuFraction());
    assertEquals(600 * 1024, first.memoryBytes());
    assertEquals(120, first.receivedBytes());
    assertEquals(55, first.sentBytes());
    Files.writeString(proc.resolve("stat"), "cpu  160 0 65 820 55 0 0 0 30 0\n");
    var second = sampler.sample();
    assertNotNull(second);
    assertEquals(0.75, second.cpuFraction(), 1e-9);
  }

  @Test
  void saysNothingWhereTheKernelDoesNot() {
    assertNull(new MachineSampler(proc).sample());
    var real = new MachineSampler(Path.of("/proc")).sample();
    assertTrue(real != null && real.memoryTotalBytes() > real.memoryBytes());
  }
}
