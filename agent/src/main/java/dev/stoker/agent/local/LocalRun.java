package dev.stoker.agent.local;

import dev.stoker.agent.launch.SessionBinding;
import dev.stoker.agent.node.CpuSet;
import dev.stoker.agent.session.ActionResult;
import dev.stoker.agent.session.Session;
import dev.stoker.agent.session.SessionFolders;
import dev.stoker.agent.session.SessionListener;
import dev.stoker.agent.session.SessionSettings;
import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.job.Job;
import dev.stoker.openjd.job.Step;
import dev.stoker.openjd.space.AdaptiveTasks;
import dev.stoker.openjd.space.TaskParameters;
import dev.stoker.openjd.template.Environment;
import dev.stoker.openjd.template.Extension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One run of a job's steps in one session.
 *
 * <p>The lines around the output follow the reference command line tool, for tools that look for
 * them: what begins is named between rules, and every process that ended has a line {@code exited
 * with code: N}.
 */
public final class LocalRun {
  private static final String RULE = "==============================================";
  private static final String OURS = "Open Job Description CLI: ";

  /** A canceled action is given what its template asks for; the specification's most is this. */
  private static final Duration MOST_GRACE = Duration.ofMinutes(10);

  private final Job job;
  private final LocalSettings settings;
  private final Transcript transcript;
  private volatile @Nullable Session session;
  private volatile boolean canceled;
  private @Nullable String failure; // what went wrong first, for the last line
  private long tasksRun;

  public LocalRun(Job job, LocalSettings settings, Transcript transcript) {
    this.job = job;
    this.settings = settings;
    this.transcript = transcript;
  }

  /** Ends the run: the running action is canceled, environments are left, no task starts. */
  public void cancel() {
    canceled = true;
    Session open = session;
    if (open != null) {
      open.cancel(MOST_GRACE);
    }
  }

  /**
   * Runs the steps in this order, until one fails.
   *
   * @throws IOException when no session can be opened on this machine
   */
  public LocalResult run(List<StepRun> steps) throws IOException, InterruptedException {
    long startNanos = System.nanoTime();
    say(OURS + "Session start " + transcript.startText());
    say(OURS + "Running job '" + job.name() + "'");
    Files.createDirectories(settings.temporary());
    Path root = Files.createTempDirectory(settings.temporary(), "openjd-");
    SessionFolders folders = SessionFolders.create(root.resolve("session"), null);
    @Nullable String stepName = null;
    try (Session opened = Session.open(sessionSettings(root, folders))) {
      session = opened;
      try {
        enter(opened, job.environments());
        int outer = opened.depth();
        for (StepRun step : steps) {
          if (mayGoOn()) {
            stepName = step.step().name();
            run(opened, step);
            leave(opened, outer);
          }
        }
      } finally {
        leave(opened, 0);
        session = null;
      }
    } finally {
      if (!settings.preserve()) {
        folders.delete();
        Files.delete(root);
      }
    }
    say("");
    say(
        failure == null
            ? OURS + "All actions completed successfully!"
            : OURS + "ERROR executing action: '" + failure + "' (see Task logs for details)");
    say(OURS + "Local Session ended! Now cleaning up Session resources.");
    return new LocalResult(
        failure == null,
        stepName,
        Duration.ofNanos(System.nanoTime() - startNanos),
        tasksRun,
        settings.preserve() ? folders.work().toString() : null);
  }

  private SessionSettings sessionSettings(Path root, SessionFolders folders) {
    return new SessionSettings(
        root.resolve("shim"),
        folders,
        SessionBinding.to(CpuSet.EMPTY, null),
        settings.variables(),
        variables -> Map.of(),
        job.symbols(settings.pathMapping()),
        settings.pathMapping(),
        job.extensions().contains(Extension.REDACTED_ENV_VARS));
  }

  private boolean mayGoOn() {
    if (canceled && failure == null) {
      fail("Run was interrupted");
    }
    return failure == null;
  }

  private void fail(String what) {
    failure = failure == null ? what : failure;
  }

  private void enter(Session opened, List<Environment> environments) throws InterruptedException {
    for (Environment environment : environments) {
      if (mayGoOn()) {
        begin("Entering Environment: " + environment.name());
        judge(
            "Enter Environment '" + environment.name() + "'",
            opened.enter(environment, new Lines()));
      }
    }
  }

  private void leave(Session opened, int depth) throws InterruptedException {
    while (opened.depth() > depth) {
      String name = opened.innermost().name();
      begin("Exiting Environment: " + name);
      judge("Exit Environment '" + name + "'", opened.leave(new Lines()));
    }
  }

  private void run(Session opened, StepRun run) throws InterruptedException {
    Step step = run.step();
    say(OURS + "Running step '" + step.name() + "'");
    enter(opened, step.environments());
    Optional<AdaptiveTasks> adaptive = step.space().adaptive();
    switch (run.tasks()) {
      case StepRun.Tasks.These(List<TaskParameters> tasks) -> {
        for (TaskParameters task : tasks) {
          if (mayGoOn()) {
            run(opened, step, task);
          }
        }
      }
      case StepRun.Tasks.All _ when adaptive.isPresent() ->
          runAdaptively(opened, step, adaptive.get(), Long.MAX_VALUE);
      case StepRun.Tasks.First(long count) when adaptive.isPresent() ->
          runAdaptively(opened, step, adaptive.get(), count);
      case StepRun.Tasks.All _ -> runFirst(opened, step, Long.MAX_VALUE);
      case StepRun.Tasks.First(long count) -> runFirst(opened, step, count);
    }
  }

  private void runFirst(Session opened, Step step, long count) throws InterruptedException {
    long last = Math.min(count, step.space().size());
    for (long i = 0; i < last && mayGoOn(); i++) {
      run(opened, step, step.space().get(i));
    }
  }

  private void runAdaptively(Session opened, Step step, AdaptiveTasks tasks, long most)
      throws InterruptedException {
    for (long i = 0; i < most && mayGoOn(); i++) {
      Optional<TaskParameters> task = tasks.next();
      if (task.isEmpty()) {
        return;
      }
      long before = tasks.taskCount();
      tasks.took(task.get(), run(opened, step, task.get()));
      if (tasks.taskCount() != before) {
        say(OURS + "Adjusting chunk size from " + before + " to " + tasks.taskCount());
      }
    }
  }

  /** How long it took, in nanoseconds. */
  private long run(Session opened, Step step, TaskParameters task) throws InterruptedException {
    begin("Running Task");
    if (!task.values().isEmpty()) {
      say("Parameter values:");
      task.values()
          .forEach((name, value) -> say(name + "(" + type(step, name) + ") = " + value.text()));
    }
    Map<String, Value> symbols = new HashMap<>();
    task.values()
        .forEach(
            (name, value) -> {
              symbols.put("Task.RawParam." + name, value);
              symbols.put(
                  "Task.Param." + name,
                  value instanceof Value.PathText(String path)
                      ? new Value.PathText(settings.pathMapping().apply(path))
                      : value);
            });
    long startNanos = System.nanoTime();
    ActionResult result = opened.runTask(step.script(), symbols, new Lines());
    long nanos = System.nanoTime() - startNanos;
    if (result.succeeded()) {
      tasksRun++;
    }
    judge("Run Step '" + step.name() + "' with Task parameters '" + task.asText() + "'", result);
    return nanos;
  }

  private static String type(Step step, String parameter) {
    return step.space().parameters().stream()
        .filter(known -> known.name().equals(parameter))
        .map(known -> known.type().word())
        .findFirst()
        .orElse("");
  }

  private void judge(String what, ActionResult result) {
    if (!result.succeeded()) {
      say("The action " + result.message() + ".");
      fail(what);
    }
  }

  private void begin(String what) {
    say("");
    say(RULE);
    say("--------- " + what);
    say(RULE);
  }

  private void say(String line) {
    transcript.line(line);
  }

  /** What one action says. */
  private final class Lines implements SessionListener {
    @Override
    public void starting(List<String> command) {
      if (settings.verbose()) {
        say("Running command " + String.join(" ", command));
      }
      say("Output:");
    }

    @Override
    public void line(String text, boolean shown) {
      if (shown || settings.verbose()) {
        say(text);
      }
    }

    @Override
    public void exited(int exitCode) {
      say("Process exited with code: " + exitCode);
    }

    @Override
    public void progress(double fraction) {
      // Its line is in the output.
    }

    @Override
    public void status(String message) {
      // Likewise.
    }
  }
}
