package dev.stoker.io.cache;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Which grains of a file of 64 GiB are here: one read's look, and a walk over the whole map. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GrainScan {
  private static final long FILE_BYTES = 64L << 30;

  /** Runs of 16 MiB with a gap after each. */
  private static final int RUN_GRAINS = 256;

  private final GrainMap map = new GrainMap(FILE_BYTES);
  private int next;

  @Setup
  public void fill() {
    for (int grain = 0; grain < map.grains(); grain++) {
      if (grain % RUN_GRAINS != 0) {
        map.add(grain, grain);
      }
    }
  }

  @Benchmark
  public int oneRun() {
    next = (next + 7919) % map.grains();
    return map.runEnd(next, map.grains());
  }

  @Benchmark
  public int everyRun() {
    int runs = 0;
    for (int grain = 0; grain < map.grains(); grain = map.runEnd(grain, map.grains())) {
      runs++;
    }
    return runs;
  }
}
