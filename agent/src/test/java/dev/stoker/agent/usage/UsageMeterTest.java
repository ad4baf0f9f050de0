package dev.stoker.agent.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.agent.launch.Action;
import dev.stoker.agent.launch.ActionRun;
import dev.stoker.agent.launch.SessionBinding;
import dev.stoker.agent.launch.Shim;
import dev.stoker.agent.node.CpuSet;
import dev.stoker.agent.node.Gpu;
import dev.stoker.agent.node.GpuLoad;
import dev.stoker.controller.protocol.TaskUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes below a real shim. */
@Timeout(60)
class UsageMeterTest implements UsageMeter.Hears {
  private static final Map<String, String> PATH = Map.of("PATH", "/usr/local/bin:/usr/bin:/bin");
  private static final Gpu GPU =
      new Gpu(
          Gpu.Vendor.NVIDIA,
          "GPU-1",
          null,
          "0000:00:00.0",
          1000,
          -1,
          CpuSet.EMPTY,
          0,
          List.of(),
          List.of(),
          null);

  @TempDir Path folder;
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private volatile GpuLoad gpuLoad = GpuLoad.UNKNOWN;
  private UsageSampler sampler;
  private Shim shim;

  @BeforeEach
  void start() throws Exception {
    sampler = UsageSampler.start(Duration.ofMillis(100), gpu -> gpuLoad);
    shim = Shim.start(SessionBinding.to(CpuSet.EMPTY, null), folder.resolve("session"));
  }

  @AfterEach
  void end() {
    shim.close();
    sampler.close();
  }

  @Override
  public void still(Duration since, String doing) {
    heard.add("still: " + doing);
  }

  @Override
  public void stalled(Duration since, String doing) {
    heard.add("stalled: " + doing);
  }

  private UsageMeter meter(Duration patience, Gpu... gpus) {
    return sampler.measure(
        new UsageMeter.Subject(shim.pid(), List.of(), List.of(gpus), patience, this));
  }

  private ActionRun run(String script) throws Exception {
    return shim.run(new Action(folder, PATH, List.of("sh", "-c", script), false, Duration.ZERO));
  }

  private static TaskUsage until(UsageMeter meter, Predicate<TaskUsage> seen)
      throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!seen.test(meter.usage())) {
      assertTrue(System.nanoTime() < end, () -> "last seen: " + meter.usage());
      Thread.sleep(20); // polls another thread's samples; bounded above
    }
    return meter.usage();
  }

  @Test
  void memoryOfAWholeTreeIsSeenDaemonsIncludedAndItsPeakKept() throws Exception {
    Path go = folder.resolve("go");
    try (UsageMeter meter = meter(Duration.ZERO);
        ActionRun run =
            run(
                "setsid sh -c 'x=$(head -c 40000000 /dev/zero | tr \"\\0\" x); while [ ! -e "
                    + go
                    + " ]; do sleep 0.05; done' & wait")) {
      TaskUsage big = until(meter, usage -> usage.memoryBytes() > 40_000_000);
      assertTrue(big.processes() >= 2, big::toString);
      Files.createFile(go);
      assertTrue(run.await(Duration.ofSeconds(20)).isPresent());
      TaskUsage after = until(meter, usage -> usage.memoryBytes() == 0);
      assertTrue(after.peakMemoryBytes() >= big.memoryBytes(), after::toString);
    }
  }

  @Test
  void whatProcessesTookThatEndedBetweenTwoSamplesIsCounted() throws Exception {
    TaskUsage first = took("head -c 3000000 /dev/zero > f; for i in 1 2 3; do wc -c < f; done");
    assertTrue(first.writtenBytes() >= 3_000_000, first::toString);
    TaskUsage busy = took("i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done");
    assertTrue(busy.cpuSeconds() >= 0.1, busy::toString);
    assertTrue(busy.writtenBytes() < 3_000_000, "an earlier attempt's is not its own");
  }

  private TaskUsage took(String script) throws Exception {
    UsageMeter meter = meter(Duration.ZERO);
    try (meter;
        ActionRun run = run(script)) {
      assertTrue(run.await(Duration.ofSeconds(30)).isPresent());
    }
    return meter.usage();
  }

  /** At one look in two seconds a whole percent of a CPU would be 20 ms. */
  @Test
  void aLookAtTwentyProcessesTakesLittle() throws Exception {
    try (ActionRun run =
        run(
            "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do sleep 300 & done; wait")) {
      TreeSample sample = new TreeSample(Path.of("/proc"), shim.pid(), List.of());
      long[] micros = new long[200];
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (sample.processes() < 20 && System.nanoTime() < end) {
        sample.look(0);
      }
      for (int i = 0; i < micros.length; i++) {
        long start = System.nanoTime();
        sample.look(0);
        micros[i] = (System.nanoTime() - start) / 1000;
      }
      Arrays.sort(micros);
      System.out.println("usage: a look at 20 processes, p50 " + micros[100] + " us");
      assertTrue(micros[100] < 50_000, "p50 " + micros[100] + " us");
      run.kill();
      assertTrue(run.await(Duration.ofSeconds(20)).isPresent());
    }
  }

  @Test
  void aTreeThatDoesNothingIsWarnedOfAndThenEnded() throws Exception {
    try (UsageMeter meter = meter(Duration.ofMillis(1500));
        ActionRun run = run("exec sleep 300")) {
      String warning = heard.poll(20, TimeUnit.SECONDS);
      assertTrue(warning.startsWith("still: sleep ("), warning);
      String end = heard.poll(20, TimeUnit.SECONDS);
      assertTrue(end.matches("stalled: sleep \\(\\d+\\) sleeps.*"), end);
      assertEquals(null, heard.poll(), "it is told once: " + meter.usage());
      run.kill();
      assertTrue(run.await(Duration.ofSeconds(20)).isPresent());
    }
  }

  @Test
  void aTreeThatWorksOrSaysThatItComesFurtherIsNot() throws Exception {
    try (UsageMeter meter = meter(Duration.ofMillis(900));
        ActionRun run = run("exec sleep 300")) {
      long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      while (System.nanoTime() < end) {
        meter.progressed();
        Thread.sleep(20); // a renderer that prints a line now and then
      }
      assertEquals(List.of(), List.copyOf(heard));
      run.kill();
      assertTrue(run.await(Duration.ofSeconds(20)).isPresent());
    }
  }

  @Test
  void gpuMemoryIsThatOfItsOwnProcessesAndUseThatOfItsGpus() throws Exception {
    gpuLoad = new GpuLoad(0.75, 900, Map.of(1L, 500L));
    try (UsageMeter meter = meter(Duration.ZERO, GPU);
        ActionRun run = run("echo $$ > new; mv new pid; exec sleep 300")) {
      Path told = folder.resolve("pid");
      until(meter, usage -> usage.gpuFraction() == 0.75 && Files.exists(told));
      until(meter, usage -> usage.processes() == 1);
      assertEquals(0, meter.usage().gpuMemoryBytes(), "process 1 is somebody else");
      long pid = Long.parseLong(Files.readString(told).strip());
      gpuLoad = new GpuLoad(0.75, 900, Map.of(1L, 500L, pid, 400L));
      until(meter, usage -> usage.gpuMemoryBytes() == 400);
      run.kill();
      assertTrue(run.await(Duration.ofSeconds(20)).isPresent());
      assertEquals(400, until(meter, usage -> usage.processes() == 0).peakGpuMemoryBytes());
    }
  }
}
