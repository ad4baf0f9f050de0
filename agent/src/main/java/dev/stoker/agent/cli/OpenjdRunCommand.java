package dev.stoker.agent.cli;

import dev.stoker.agent.local.LocalResult;
import dev.stoker.agent.local.LocalRun;
import dev.stoker.agent.local.LocalSettings;
import dev.stoker.agent.local.StepRun;
import dev.stoker.agent.local.Transcript;
import dev.stoker.openjd.job.Job;
import dev.stoker.openjd.pathmap.PathMapping;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code stoker openjd run}: runs a job, or a step of it, on this machine. */
@Command(
    name = "run",
    description = "Run a job, or one of its steps, on this machine.",
    sortOptions = false)
final class OpenjdRunCommand implements Callable<Integer> {
  /** The most a canceled action is given (600 s), and as long again for leaving environments. */
  private static final Duration INTERRUPTED_PATIENCE = Duration.ofMinutes(20);

  private final Context context;
  private final CountDownLatch printed = new CountDownLatch(1);

  @Mixin private OpenjdOptions options = new OpenjdOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-p", "--job-param", "--parameter"},
      paramLabel = "NAME=VALUE|file://PATH|JSON",
      description = "Values of job parameters; the last one given wins.")
  private List<String> parameters = new ArrayList<>();

  @Option(
      names = "--step",
      paramLabel = "NAME",
      description = "Run this step (else the only one, or all in the order of dependencies).")
  private @Nullable String step;

  @Option(
      names = {"--task-param", "-tp", "-t"},
      paramLabel = "NAME=VALUE",
      description = "A parameter of the one task to run; once for each task parameter of the step.")
  private List<String> taskParameters = new ArrayList<>();

  @Option(
      names = "--tasks",
      paramLabel = "file://PATH|JSON",
      description = "The tasks to run: a list of maps from task parameter to value.")
  private @Nullable String tasks;

  @Option(
      names = "--maximum-tasks",
      paramLabel = "N",
      description = "Run at most this many tasks of the step; all when 0 or less.")
  private @Nullable Long maximumTasks;

  @Option(
      names = "--run-dependencies",
      description = "Run what the step depends on, too, before it.",
      negatable = true)
  private boolean runDependencies;

  @Option(
      names = "--path-mapping-rules",
      paramLabel = "file://PATH|JSON",
      description = "Path mapping rules, a 'pathmapping-1.0' document.")
  private @Nullable String pathMappingRules;

  @Option(
      names = {"--environment", "--env"},
      paramLabel = "FILE",
      description = "Environment template to run in; outermost first.")
  private List<String> environments = new ArrayList<>();

  @Option(names = "--preserve", description = "Leave the session's working folder.")
  private boolean preserve;

  @Option(
      names = "--verbose",
      description = "Show commands, and output that the job's log level hides.")
  private boolean verbose;

  @Option(
      names = "--timestamp-format",
      paramLabel = "relative|local|utc",
      defaultValue = "relative",
      description = "How the time of a line is written (${DEFAULT-VALUE}).")
  private String timestampFormat = "relative";

  OpenjdRunCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    requireOneSelection();
    OpenjdResult.Format format = options.format(context);
    Transcript.TimestampFormat timestamps =
        options.choice("--timestamp-format", timestampFormat, Transcript.TimestampFormat.class);
    Transcript transcript =
        new Transcript(
            timestamps,
            Clock.systemUTC(),
            format == OpenjdResult.Format.HUMAN_READABLE ? context.out()::println : null);
    try {
      return OpenjdResult.print(context, format, () -> run(transcript));
    } finally {
      printed.countDown();
    }
  }

  private void requireOneSelection() {
    int selections =
        (taskParameters.isEmpty() ? 0 : 1)
            + (tasks == null ? 0 : 1)
            + (maximumTasks == null ? 0 : 1);
    if (selections > 1) {
      throw new ParameterException(
          spec.commandLine(), "Use one of --task-param, --tasks and --maximum-tasks");
    }
  }

  private OpenjdResult run(Transcript transcript) {
    OpenjdInputs inputs = new OpenjdInputs(context, options.supported());
    PathMapping mapping = inputs.rules(pathMappingRules);
    Job job = inputs.job(options.template(), parameters, environments).job();
    List<StepRun> steps = selection(inputs).of(job);
    LocalRun run =
        new LocalRun(
            job,
            new LocalSettings(temporary(), context.environment(), mapping, preserve, verbose),
            transcript);
    try (Shutdown shutdown = Shutdown.onSignals(CommandFailure.FAILED, INTERRUPTED_PATIENCE)) {
      Thread runner = Thread.currentThread();
      shutdown.closing(
          () -> {
            if (!Thread.currentThread().equals(runner)) {
              interrupt(run);
            }
          });
      LocalResult result = run.run(steps);
      return result(job, result, transcript);
    } catch (IOException e) {
      throw new OpenjdResult.Failure("ERROR: Cannot open a session here: " + e.getMessage() + ".");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OpenjdResult.Failure("ERROR: The run was interrupted.");
    }
  }

  private Path temporary() {
    return Path.of(context.environment().getOrDefault("TMPDIR", "/tmp"));
  }

  private StepSelection selection(OpenjdInputs inputs) {
    List<Map<String, String>> given = List.of();
    if (!taskParameters.isEmpty()) {
      given = List.of(OpenjdInputs.task(taskParameters));
    } else if (tasks != null) {
      given = inputs.tasks(tasks);
    }
    return new StepSelection(step, given, maximumTasks == null ? 0 : maximumTasks, runDependencies);
  }

  /** By a signal: what was run is printed before the process ends. */
  private void interrupt(LocalRun run) throws InterruptedException {
    run.cancel();
    if (!printed.await(INTERRUPTED_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      context.err().println("stoker: The session did not end; its processes are killed.");
    }
  }

  private static OpenjdResult result(Job job, LocalResult result, Transcript transcript) {
    String message =
        (result.succeeded()
                ? "Session ended successfully"
                : "Session ended with errors; see Task logs for details")
            + (result.workingFolder() == null
                ? ""
                : "\nWorking directory preserved at: " + result.workingFolder());
    double seconds = result.duration().toNanos() / 1e9;
    String stepLine = result.stepName() == null ? "" : "Step: " + result.stepName() + "\n";
    return new OpenjdResult(
        result.succeeded(),
        message,
        OpenjdResult.map(
            "job_name",
            job.name(),
            "step_name",
            result.stepName(),
            "duration",
            seconds,
            "chunks_run",
            result.tasksRun(),
            "logs",
            transcript.lines().stream()
                .map(
                    line ->
                        OpenjdResult.map("timestamp", line.timestamp(), "message", line.message()))
                .toList()),
        """

        --- Results of local session ---

        %s

        Job: %s
        %sDuration: %s seconds
        Chunks run: %d
        """
            .formatted(message, job.name(), stepLine, seconds, result.tasksRun()));
  }
}
