package dev.stoker.agent.usage;

import dev.stoker.controller.protocol.Heartbeat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the whole machine takes, from {@code /proc}: three small files for each heartbeat (proc(5)).
 * For one thread.
 */
public final class MachineSampler {
  /** user, nice, system, idle, iowait, irq, softirq, steal: guests are in user already. */
  private static final int TIMES = 8;

  private static final int IDLE = 3;
  private static final int IO_WAIT = 4;

  private final Path proc;
  private long lastBusy = -1;
  private long lastAll = -1;

  /**
   * @param proc usually {@code /proc}
   */
  public MachineSampler(Path proc) {
    this.proc = proc;
  }

  /** Since the sample before; null where the kernel does not say. */
  public Heartbeat.@Nullable MachineUsage sample() {
    try {
      double cpu = cpuFraction(lines("stat").getFirst());
      long total = 0;
      long available = 0;
      for (String line : lines("meminfo")) {
        if (line.startsWith("MemTotal:")) {
          total = kibibytes(line);
        } else if (line.startsWith("MemAvailable:")) {
          available = kibibytes(line);
        }
      }
      long received = 0;
      long sent = 0;
      for (String line : lines("net/dev")) {
        int colon = line.indexOf(':');
        if (colon > 0 && !line.substring(0, colon).strip().equals("lo")) {
          String[] numbers = line.substring(colon + 1).strip().split("\\s+", -1);
          received += Long.parseLong(numbers[0]);
          sent += Long.parseLong(numbers[8]);
        }
      }
      return new Heartbeat.MachineUsage(cpu, total - available, total, received, sent);
    } catch (IOException | RuntimeException e) {
      return null; // a container may hide any of them; nothing depends on these numbers
    }
  }

  private double cpuFraction(String line) {
    String[] numbers = line.strip().split("\\s+", -1);
    long all = 0;
    long idle = 0;
    for (int i = 0; i < TIMES; i++) {
      long ticks = Long.parseLong(numbers[i + 1]);
      all += ticks;
      idle += i == IDLE || i == IO_WAIT ? ticks : 0;
    }
    long busy = all - idle;
    double fraction =
        lastAll < 0 || all <= lastAll
            ? -1
            : Math.clamp((busy - lastBusy) / (double) (all - lastAll), 0, 1);
    lastBusy = busy;
    lastAll = all;
    return fraction;
  }

  private static long kibibytes(String line) {
    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
  }

  private List<String> lines(String file) throws IOException {
    return Files.readAllLines(proc.resolve(file), StandardCharsets.US_ASCII);
  }
}
