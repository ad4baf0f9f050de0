package dev.stoker.benchmarks.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Wire;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code benchmarks/load}: one run, one line of figures. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    description = "Load a controller with simulated agents; figures T6 and T7.",
    footer = {
      "",
      "Agents register first, 64 at a time, which is not part of what is measured but told. Then each"
          + " asks for work at a random moment of its first task's length, as a fleet that was there"
          + " before. Measuring begins --warm-up seconds and one task's length later, so that the"
          + " controller's Java has compiled what it runs, and lasts --seconds. Latencies are those"
          + " that agents see, from before a request is written until its answer is read."
    })
public final class Load implements Callable<Integer> {
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

  @Option(names = "--warm-up", description = "Seconds of the same load before measuring begins.")
  private int warmUp = 10;

  @Option(names = "--seconds", description = "How long is measured.")
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
    try (DatabaseServer postgres = shared ? DatabaseServer.start(folder.resolve("pg")) : null) {
      String database = postgres == null ? null : postgres.address();
      List<ControllerProcess> running = new ArrayList<>();
      try {
        for (int i = 0; i < controllers; i++) {
          running.add(start(folder.resolve("data-" + i), database));
        }
        return measure(running, postgres);
      } finally {
        running.forEach(ControllerProcess::close);
      }
    } finally {
      deleteTree(folder);
    }
  }

  private ControllerProcess start(Path data, @Nullable String database) throws IOException {
    Path root = Path.of(System.getProperty("stoker.root", "."));
    return ControllerProcess.start(root, data, database, heap, javaOptions);
  }

  private int measure(List<ControllerProcess> running, @Nullable DatabaseServer database)
      throws Exception {
    submit(running.getFirst().url(), tasks);
    var measured = new Measured();
    var plan = new LoadPlan(tasksACall, Duration.ofSeconds(taskSeconds), taskSeconds > 0);
    try (var loop = new LoadLoop()) {
      List<URI> urls = running.stream().map(ControllerProcess::url).toList();
      var fleet = new Fleet(loop, urls, agents, plan, measured);
      long start = System.nanoTime();
      fleet.register();
      double registrationSeconds = (System.nanoTime() - start) / 1e9;
      fleet.start();
      TimeUnit.SECONDS.sleep(warmUp + taskSeconds);
      double before = cpu(running);
      double ownBefore = ownCpu();
      double databaseBefore = database == null ? 0 : database.cpuSeconds();
      measured.start();
      TimeUnit.SECONDS.sleep(seconds);
      measured.stop();
      double databaseSeconds = database == null ? 0 : database.cpuSeconds() - databaseBefore;
      var cores = new Cores(cpu(running) - before, databaseSeconds, ownCpu() - ownBefore, seconds);
      print(running, measured, registrationSeconds, cores);
    }
    return measured.failures.sum() == 0 ? 0 : 1;
  }

  /** Processor seconds that each took in so many seconds. */
  private record Cores(double controllers, double database, double agents, double seconds) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "cores: controller %.2f, database %.2f, agents %.2f",
          controllers / seconds,
          database / seconds,
          agents / seconds);
    }
  }

  /** Submits one job of one step. */
  static void submit(URI url, int tasks) throws IOException {
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
      List<ControllerProcess> running, Measured measured, double registrationSeconds, Cores cores)
      throws IOException {
    long peakMib = 0;
    for (ControllerProcess each : running) {
      peakMib = Math.max(peakMib, each.peakMib());
    }
    System.out.printf(
        Locale.ROOT,
        "%s, %d controller(s), %d agents registered in %.1f s, %d tasks queued, %d a call, tasks of"
            + " %d s: %.0f leases/s, %.0f tasks/s finished, lease p50 %.1f ms, p99 %.1f ms,"
            + " heartbeat p99 %.1f ms; %d calls failed; %s; peak RSS %d MiB%n",
        store,
        running.size(),
        agents,
        registrationSeconds,
        tasks,
        tasksACall,
        taskSeconds,
        measured.leases.sum() / (double) seconds,
        measured.finished.sum() / (double) seconds,
        measured.leaseMicros.getValueAtPercentile(50) / 1e3,
        measured.leaseMicros.getValueAtPercentile(99) / 1e3,
        measured.heartbeatMicros.getValueAtPercentile(99) / 1e3,
        measured.failures.sum(),
        cores,
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
