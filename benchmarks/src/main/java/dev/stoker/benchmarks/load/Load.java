package dev.stoker.benchmarks.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Wire;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code benchmarks/load}: one run, one line of figures. */
@Command(
    name = "load",
    sortOptions = false,
    showDefaultValues = true,
    description = "Load a controller with simulated agents; figures T6 and T7.")
public final class Load implements Callable<Integer> {
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final int REGISTERING_AT_ONCE = 64;

  @Option(names = "--store", description = "sqlite or postgresql.")
  private String store = "sqlite";

  @Option(names = "--controllers", description = "How many, on one database.")
  private int controllers = 1;

  @Option(names = "--agents")
  private int agents = 256;

  @Option(names = "--tasks", description = "Tasks of the one job.")
  private int tasks = 1_000_000;

  @Option(names = "--tasks-a-call", description = "Tasks that a lease request asks for.")
  private int tasksACall = 1;

  @Option(
      names = "--task-seconds",
      description = "How long tasks take on average; 0 takes leases and works on none.")
  private int taskSeconds = 0;

  @Option(names = "--seconds", description = "How long is measured, after 5 s of warming up.")
  private int seconds = 15;

  @Option(names = "--heap", description = "The controller's most heap.")
  private String heap = "256m";

  @Option(names = "--java-option", description = "A further option of the controller's Java.")
  private List<String> javaOptions = new ArrayList<>();

  private Load() {}

  /** Runs one load; exits with 0 when every call was answered. */
  public static void main(String[] arguments) {
    int status = new CommandLine(new Load()).execute(arguments);
    if (status != 0) {
      throw new IllegalStateException("The load run failed.");
    }
  }

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("stoker-load-");
    boolean shared = store.toLowerCase(Locale.ROOT).startsWith("postgres");
    try (EmbeddedPostgres postgres = shared ? EmbeddedPostgres.builder().start() : null) {
      String database =
          postgres == null
              ? null
              : "postgresql://postgres:postgres@127.0.0.1:" + postgres.getPort() + "/postgres";
      List<ControllerProcess> running = new ArrayList<>();
      try {
        for (int i = 0; i < controllers; i++) {
          running.add(start(folder.resolve("data-" + i), database));
        }
        return measure(running);
      } finally {
        running.forEach(ControllerProcess::close);
      }
    } finally {
      deleteTree(folder);
    }
  }

  private ControllerProcess start(Path data, @Nullable String database) throws IOException {
    List<String> options = new ArrayList<>(List.of("-Xmx" + heap));
    options.addAll(javaOptions);
    return ControllerProcess.start(data, database, options);
  }

  private int measure(List<ControllerProcess> running) throws Exception {
    submit(running.getFirst().url());
    var measured = new Measured();
    var ending = new CountDownLatch(1);
    var plan = new LoadPlan(tasksACall, Duration.ofSeconds(taskSeconds), taskSeconds > 0);
    List<SimulatedAgent> all = new ArrayList<>();
    for (int i = 0; i < agents; i++) {
      URI url = running.get(i % running.size()).url();
      all.add(new SimulatedAgent(url, i, plan, measured, ending));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      register(all, threads);
      for (SimulatedAgent agent : all) {
        threads.execute(agent::work);
        if (plan.heartbeats()) {
          threads.execute(agent::beat);
        }
      }
      try {
        TimeUnit.SECONDS.sleep(WARM_UP.toSeconds() + taskSeconds);
        measured.start();
        double cpuBefore = cpu(running);
        double ownBefore = ownCpu();
        TimeUnit.SECONDS.sleep(seconds);
        measured.stop();
        print(running, measured, cpu(running) - cpuBefore, ownCpu() - ownBefore);
      } finally {
        ending.countDown();
        threads.shutdownNow();
      }
    }
    return measured.failures.sum() == 0 ? 0 : 1;
  }

  private static void register(List<SimulatedAgent> all, ExecutorService threads) throws Exception {
    var some = new Semaphore(REGISTERING_AT_ONCE);
    List<Callable<Boolean>> registrations = new ArrayList<>();
    for (SimulatedAgent agent : all) {
      registrations.add(
          () -> {
            some.acquire();
            try {
              agent.register();
              return true;
            } finally {
              some.release();
            }
          });
    }
    for (var each : threads.invokeAll(registrations, 120, TimeUnit.SECONDS)) {
      each.get();
    }
  }

  private void submit(URI url) throws IOException {
    ObjectNode template =
        (ObjectNode)
            Wire.mapper()
                .readTree(
                    """
                    {"specificationVersion": "jobtemplate-2023-09", "name": "Load",
                     "steps": [{"name": "Render", "parameterSpace": {"taskParameterDefinitions":
                       [{"name": "Frame", "type": "INT", "range": "1-%d"}]},
                       "script": {"actions": {"onRun": {"command": "true"}}}}]}
                    """
                        .formatted(tasks));
    var definition =
        new Jobs.Definition(template, List.of(), Map.of(), "", List.of(), "load", 50, 3);
    try (var client = new ControllerClient(url, null)) {
      client.submit(definition, "load");
    }
  }

  private static double cpu(List<ControllerProcess> running) {
    return running.stream().mapToDouble(ControllerProcess::cpuSeconds).sum();
  }

  /** What the agents take of the same cores: where it is much, they are what is slow. */
  private static double ownCpu() {
    return ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .map(time -> time.toMillis() / 1e3)
        .orElse(0.0);
  }

  private void print(
      List<ControllerProcess> running, Measured measured, double cpuSeconds, double ownSeconds)
      throws IOException {
    long peakMib = 0;
    for (ControllerProcess each : running) {
      peakMib = Math.max(peakMib, each.peakMib());
    }
    System.out.printf(
        Locale.ROOT,
        "%s, %d controller(s), %d agents, %d tasks queued, %d a call, tasks of %d s: %.0f leases/s,"
            + " %.0f tasks/s finished, lease p50 %.1f ms, p99 %.1f ms, heartbeat p99 %.1f ms; %d"
            + " calls failed; controller %.2f cores, agents %.2f; peak RSS %d MiB%n",
        store,
        running.size(),
        agents,
        tasks,
        tasksACall,
        taskSeconds,
        measured.leases.sum() / (double) seconds,
        measured.finished.sum() / (double) seconds,
        measured.leaseMicros.getValueAtPercentile(50) / 1e3,
        measured.leaseMicros.getValueAtPercentile(99) / 1e3,
        measured.heartbeatMicros.getValueAtPercentile(99) / 1e3,
        measured.failures.sum(),
        cpuSeconds / seconds,
        ownSeconds / seconds,
        peakMib);
  }

  private static void deleteTree(@Nullable Path folder) throws IOException {
    if (folder == null) {
      return;
    }
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }
}
