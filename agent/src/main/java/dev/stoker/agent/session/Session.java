package dev.stoker.agent.session;

import dev.stoker.agent.launch.ActionRun;
import dev.stoker.agent.launch.Shim;
import dev.stoker.openjd.expr.ExpressionException;
import dev.stoker.openjd.expr.SymbolTable;
import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.template.Action;
import dev.stoker.openjd.template.Cancelation;
import dev.stoker.openjd.template.EmbeddedFile;
import dev.stoker.openjd.template.Environment;
import dev.stoker.openjd.template.EnvironmentScript;
import dev.stoker.openjd.template.StepScript;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One session: {@code READY → RUNNING → READY} as long as actions succeed, {@code READY_ENDING}
 * after the first that does not, {@code ENDED} when it is closed.
 *
 * <p>Owned by one thread; {@link #cancel}, {@link #abandon} and {@link #ping} may be called by any.
 */
public final class Session implements AutoCloseable {
  /** Section 4.3: leaving ends within a bound, so that sessions do. */
  private static final Duration EXIT_TIMEOUT = Duration.ofMinutes(5);

  /** Section 5.3.2. */
  private static final Duration TASK_NOTIFY = Duration.ofMinutes(2);

  private static final Duration ENVIRONMENT_NOTIFY = Duration.ofSeconds(30);

  /** The shim's own limit comes later, for the case that no agent is there to hold the timeout. */
  private static final Duration SHIM_SLACK = Duration.ofMinutes(1);

  private final SessionSettings settings;
  private final Shim shim;
  private final SymbolTable symbols;
  private final Redactor redactor = new Redactor();
  private final OutputReader.LogLevel level = new OutputReader.LogLevel();
  private final CancelRequest cancelRequest = new CancelRequest();
  private final Deque<EnteredEnvironment> entered = new ArrayDeque<>(); // last entered first
  private volatile boolean abandoned;
  private int environments;
  private State state = State.READY;

  /** Where a session is. */
  public enum State {
    READY,
    RUNNING,
    READY_ENDING,
    ENDED
  }

  private Session(SessionSettings settings, Shim shim, SymbolTable symbols) {
    this.settings = settings;
    this.shim = shim;
    this.symbols = symbols;
  }

  /** Starts the session's shim, bound. */
  public static Session open(SessionSettings settings) throws IOException {
    SessionFolders folders = settings.folders();
    Path rules = folders.files().resolve("path_mapping.json");
    folders.write(rules, settings.pathMapping().toJson().toString(), false);
    SymbolTable symbols =
        settings
            .symbols()
            .with(
                Map.of(
                    "Session.WorkingDirectory",
                    new Value.PathText(folders.work().toString()),
                    "Session.HasPathMappingRules",
                    new Value.Text("" + !settings.pathMapping().rules().isEmpty()),
                    "Session.PathMappingRulesFile",
                    new Value.PathText(rules.toString())));
    return new Session(settings, Shim.start(settings.binding(), settings.control()), symbols);
  }

  public State state() {
    return state;
  }

  /** Enters an environment, whether or not its action succeeds: it will be left either way. */
  public ActionResult enter(Environment environment, SessionListener listener)
      throws InterruptedException {
    require(State.READY, "enter an environment");
    EnteredEnvironment entering = new EnteredEnvironment(environment, ++environments);
    return running(
        () -> {
          environment
              .variables()
              .forEach((name, value) -> entering.set(name, value.resolve(symbols)));
          entered.push(entering);
          EnvironmentScript script = environment.script();
          if (script == null) {
            return ActionResult.NOTHING;
          }
          EmbeddedFiles known =
              files("env-" + entering.number(), "Env.File.", script.embeddedFiles());
          return act(
              new Act(script.onEnter(), null, ENVIRONMENT_NOTIFY, known.write(symbols)),
              entering,
              listener);
        });
  }

  /**
   * Runs a task.
   *
   * @param parameters {@code Task.Param.*} and {@code Task.RawParam.*}, mapped
   */
  public ActionResult runTask(
      StepScript script, Map<String, ? extends Value> parameters, SessionListener listener)
      throws InterruptedException {
    require(State.READY, "run a task");
    return running(
        () -> {
          EmbeddedFiles known = files("task", "Task.File.", script.embeddedFiles());
          SymbolTable all = known.write(symbols.with(parameters));
          return act(new Act(script.onRun(), null, TASK_NOTIFY, all), null, listener);
        });
  }

  /** Leaves all environments, the last one first, whatever their actions do. */
  public ActionResult leaveAll(SessionListener listener) throws InterruptedException {
    ActionResult first = ActionResult.NOTHING;
    while (!entered.isEmpty()) {
      ActionResult result = leave(listener);
      first = first.succeeded() ? result : first;
    }
    return first;
  }

  /** How many environments are entered. */
  public int depth() {
    return entered.size();
  }

  /**
   * The environment that was entered last.
   *
   * @throws java.util.NoSuchElementException when none is
   */
  public Environment innermost() {
    return entered.getFirst().environment();
  }

  /** Leaves the environment that was entered last, whatever its action does. */
  public ActionResult leave(SessionListener listener) throws InterruptedException {
    EnteredEnvironment leaving = entered.getFirst();
    State before = state;
    if (!abandoned) {
      // Somebody canceled a task, not the cleaning up behind it.
      cancelRequest.clear();
    }
    ActionResult result =
        running(
            () -> {
              EnvironmentScript script = leaving.environment().script();
              Action onExit = script == null ? null : script.onExit();
              if (script == null || onExit == null || abandoned) {
                return ActionResult.NOTHING;
              }
              EmbeddedFiles known =
                  files("env-" + leaving.number(), "Env.File.", script.embeddedFiles());
              return act(
                  new Act(onExit, EXIT_TIMEOUT, ENVIRONMENT_NOTIFY, known.write(symbols)),
                  null,
                  listener);
            });
    entered.pop();
    state = before == State.READY && result.succeeded() ? State.READY : State.READY_ENDING;
    return result;
  }

  /**
   * Stops the running action the way its template wants, and kills it when that takes longer than
   * {@code grace}; zero kills at once. An action that starts later is stopped too.
   */
  public void cancel(Duration grace) {
    cancelRequest.make(grace);
  }

  /** Forgets a cancelation that came too late for the action it was meant for. */
  public void clearCancel() {
    cancelRequest.clear();
  }

  /** Kills what runs, and lets environments be left without their actions: there is no time. */
  public void abandon() {
    abandoned = true;
    cancelRequest.make(Duration.ZERO);
  }

  /** The number of the process above all of the session's. */
  public long shim() {
    return shim.pid();
  }

  /** A variable as the environments that are entered leave it. */
  public Optional<String> variable(String name) {
    Map<String, String> all = new HashMap<>(settings.baseVariables());
    entered.descendingIterator().forEachRemaining(environment -> environment.applyTo(all));
    return Optional.ofNullable(all.get(name));
  }

  /** Tells the shim that its agent lives. */
  public void ping() {
    shim.ping();
  }

  /** Ends every process of the session. The folders stay; they are the caller's. */
  @Override
  public void close() {
    if (state != State.ENDED) {
      state = State.ENDED;
      shim.close();
    }
  }

  private interface Body {
    ActionResult run() throws IOException, InterruptedException;
  }

  private ActionResult running(Body body) throws InterruptedException {
    state = State.RUNNING;
    ActionResult result;
    try {
      result = body.run();
    } catch (ExpressionException e) {
      result = failed("cannot be run: " + e.getMessage(), false);
    } catch (IllegalArgumentException e) {
      result = failed("cannot be run: " + e.getMessage(), false);
    } catch (IOException e) {
      result = failed("cannot be run on this node: " + e.getMessage(), true);
    }
    state = result.succeeded() ? State.READY : State.READY_ENDING;
    return result;
  }

  /**
   * An action about to run.
   *
   * @param timeout where the template gives none; null: none
   * @param notice likewise
   * @param symbols what its format strings are filled with
   */
  private record Act(
      Action action, @Nullable Duration timeout, Duration notice, SymbolTable symbols) {

    @Nullable Duration effectiveTimeout() {
      OptionalLong given = action.timeoutSeconds();
      return given.isPresent() ? Duration.ofSeconds(given.getAsLong()) : timeout;
    }

    /** Null: SIGKILL at once. */
    @Nullable Duration effectiveNotice() {
      Cancelation how = action.cancelation();
      if (how instanceof Cancelation.Deferred deferred) {
        how = deferred.resolved(deferred.mode().resolve(symbols));
      }
      return how instanceof Cancelation.NotifyThenTerminate asked
          ? Duration.ofSeconds(asked.notifyPeriodSeconds().orElse(notice.toSeconds()))
          : null;
    }
  }

  private ActionResult act(Act act, @Nullable EnteredEnvironment entering, SessionListener listener)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(act.action().command().resolve(act.symbols()));
    act.action().args().forEach(argument -> command.add(argument.resolve(act.symbols())));
    Duration notice = act.effectiveNotice();
    listener.starting(command.stream().map(redactor::apply).toList());
    Duration timeout = act.effectiveTimeout();
    OutputReader output =
        new OutputReader(listener, redactor, level, entering, settings.keepsRedacted());
    try (ActionRun run =
        shim.run(
            new dev.stoker.agent.launch.Action(
                settings.folders().work(),
                variables(),
                command,
                entering != null,
                timeout == null ? Duration.ZERO : timeout.plus(act.notice()).plus(SHIM_SLACK)))) {
      ActionResult result =
          new ActionWatch(
                  run,
                  output,
                  new ActionWatch.Stopping(notice, settings.folders()),
                  cancelRequest,
                  Clock.systemUTC(),
                  timeout)
              .follow();
      if (result.exitCode() >= 0) {
        listener.exited(result.exitCode());
      }
      return result;
    }
  }

  private Map<String, String> variables() {
    Map<String, String> all = new HashMap<>(settings.baseVariables());
    entered.descendingIterator().forEachRemaining(environment -> environment.applyTo(all));
    all.putAll(settings.addedVariables().apply(Map.copyOf(all)));
    return all;
  }

  private EmbeddedFiles files(String folder, String prefix, List<EmbeddedFile> files) {
    return new EmbeddedFiles(settings.folders(), folder, prefix, files);
  }

  private void require(State wanted, String what) {
    if (state != wanted) {
      throw new IllegalStateException("Cannot " + what + " in a session that is " + state + ".");
    }
  }

  private static ActionResult failed(String message, boolean nodeSuspect) {
    return new ActionResult(ActionResult.Outcome.FAILED, -1, message, nodeSuspect);
  }
}
