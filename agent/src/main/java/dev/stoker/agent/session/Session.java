package dev.stoker.agent.session;

import dev.stoker.agent.launch.ActionRun;
import dev.stoker.agent.launch.Shim;
import dev.stoker.agent.session.SessionRecord.Kind;
import dev.stoker.agent.session.SessionRecord.LastAction;
import dev.stoker.openjd.expr.ExpressionException;
import dev.stoker.openjd.expr.SymbolTable;
import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.template.Action;
import dev.stoker.openjd.template.EmbeddedFile;
import dev.stoker.openjd.template.Environment;
import dev.stoker.openjd.template.EnvironmentScript;
import dev.stoker.openjd.template.StepScript;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private final Clock clock = Clock.systemUTC();
  private final SessionSettings settings;
  private final Shim shim;
  private final SymbolTable symbols;
  private final Redactor redactor = new Redactor();
  private final OutputReader.LogLevel level;
  private final CancelRequest cancelRequest = new CancelRequest();
  private final Deque<EnteredEnvironment> entered = new ArrayDeque<>(); // last entered first
  private volatile boolean abandoned;
  private int environments;
  private State state = State.READY;
  private boolean ending; // as it was before the action that runs
  private @Nullable ActionRun lastRun; // its files stay until the next action is noted
  private @Nullable LastAction unfinished; // an earlier agent's

  /** Where a session is. */
  public enum State {
    READY,
    RUNNING,
    READY_ENDING,
    ENDED
  }

  private Session(SessionSettings settings, Shim shim, Directive.Level shown) {
    this.settings = settings;
    this.shim = shim;
    this.symbols = settings.allSymbols();
    this.level = new OutputReader.LogLevel(shown);
  }

  /** Starts the session's shim, bound. */
  public static Session open(SessionSettings settings) throws IOException {
    settings
        .folders()
        .write(settings.rulesFile(), settings.pathMapping().toJson().toString(), false);
    Session opened =
        new Session(
            settings, Shim.start(settings.binding(), settings.control()), Directive.Level.INFO);
    try {
      opened.record(null).write(settings.control());
      return opened;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Takes over a session whose agent died; {@link #resume} goes on with its last action.
   *
   * @param environments those of the job and step, in the order in which they are entered
   * @return empty when its shim is gone
   * @throws IOException in a clause, when it cannot be taken over
   */
  public static Optional<Session> adopt(
      SessionSettings settings, SessionRecord record, List<Environment> environments)
      throws IOException {
    if (record.entered().stream().anyMatch(left -> left.number() > environments.size())) {
      throw new IOException("its job has other environments now");
    }
    Optional<Shim> shim = Shim.adopt(settings.control());
    if (shim.isEmpty()) {
      return Optional.empty();
    }
    Session session = new Session(settings, shim.get(), record.shown());
    session.restore(record, environments);
    return Optional.of(session);
  }

  private void restore(SessionRecord record, List<Environment> known) {
    record.secrets().forEach(redactor::add);
    for (SessionRecord.Entered left : record.entered()) {
      entered.push(new EnteredEnvironment(known.get(left.number() - 1), left));
    }
    environments = record.environments();
    state = record.ending() ? State.READY_ENDING : State.READY;
    unfinished = record.action();
  }

  /** What an earlier agent's last action did, until {@link #resume} has followed it to its end. */
  public Optional<Kind> unfinished() {
    return Optional.ofNullable(unfinished).map(LastAction::kind);
  }

  /**
   * Follows the last action of an earlier agent to its end, also when it has ended long since: the
   * listener hears all of its log, and the session is then as if it had started the action itself.
   */
  public ActionResult resume(SessionListener listener) throws InterruptedException {
    LastAction action = unfinished;
    if (action == null) {
      return ActionResult.NOTHING;
    }
    unfinished = null;
    if (action.kind() == Kind.LEAVE) {
      return leave(() -> resume(action, null, listener));
    }
    EnteredEnvironment entering = action.kind() == Kind.ENTER ? entered.getFirst() : null;
    return running(() -> resume(action, entering, listener));
  }

  private ActionResult resume(
      LastAction action, @Nullable EnteredEnvironment entering, SessionListener listener)
      throws InterruptedException {
    ActionRun run = shim.resume(action.id());
    lastRun = run;
    return follow(run, action, entering, listener);
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
              new Act(Kind.ENTER, script.onEnter(), null, ENVIRONMENT_NOTIFY, known.write(symbols)),
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
          return act(new Act(Kind.RUN, script.onRun(), null, TASK_NOTIFY, all), null, listener);
        });
  }

  /** Leaves all environments, the last one first, whatever their actions do. */
  public ActionResult leaveAll(SessionListener listener) throws InterruptedException {
    ActionResult first = resume(listener);
    while (!entered.isEmpty()) {
      ActionResult result = leave(listener);
      first = first.succeeded() ? result : first;
    }
    return first;
  }

  /** How many environments were ever entered. */
  public int environments() {
    return environments;
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
    if (!abandoned) {
      // Somebody canceled a task, not the cleaning up behind it.
      cancelRequest.clear();
    }
    return leave(
        () -> {
          EnvironmentScript script = leaving.environment().script();
          Action onExit = script == null ? null : script.onExit();
          if (script == null || onExit == null || abandoned) {
            return ActionResult.NOTHING;
          }
          EmbeddedFiles known =
              files("env-" + leaving.number(), "Env.File.", script.embeddedFiles());
          return act(
              new Act(Kind.LEAVE, onExit, EXIT_TIMEOUT, ENVIRONMENT_NOTIFY, known.write(symbols)),
              null,
              listener);
        });
  }

  private ActionResult leave(Body body) throws InterruptedException {
    State before = state;
    ActionResult result = running(body);
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
      closeLastRun();
      shim.close();
    }
  }

  private interface Body {
    ActionResult run() throws IOException, InterruptedException;
  }

  private ActionResult running(Body body) throws InterruptedException {
    ending = state == State.READY_ENDING;
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

  private ActionResult act(Act act, @Nullable EnteredEnvironment entering, SessionListener listener)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(act.action().command().resolve(act.symbols()));
    act.action().args().forEach(argument -> command.add(argument.resolve(act.symbols())));
    Duration notice = act.effectiveNotice();
    listener.starting(command.stream().map(redactor::apply).toList());
    Duration timeout = act.effectiveTimeout();
    ActionRun run =
        shim.prepare(
            new dev.stoker.agent.launch.Action(
                settings.folders().work(),
                variables(),
                command,
                entering != null,
                timeout == null ? Duration.ZERO : timeout.plus(act.notice()).plus(SHIM_SLACK)));
    LastAction action =
        new LastAction(
            run.id(), act.kind(), clock.millis(), secondsOrNull(timeout), secondsOrNull(notice));
    record(action).write(settings.control()); // before it runs: from here on it is adopted
    closeLastRun();
    lastRun = run;
    run.start();
    return follow(run, action, entering, listener);
  }

  private ActionResult follow(
      ActionRun run,
      LastAction action,
      @Nullable EnteredEnvironment entering,
      SessionListener listener)
      throws InterruptedException {
    OutputReader output =
        new OutputReader(listener, redactor, level, entering, settings.keepsRedacted());
    ActionResult result =
        new ActionWatch(
                run,
                output,
                new ActionWatch.Stopping(
                    durationOrNull(action.noticeSeconds()), settings.folders()),
                cancelRequest,
                clock,
                durationOrNull(action.timeoutSeconds()),
                // A clock that was set back must not lengthen a timeout without bound.
                Duration.ofMillis(Math.max(0, clock.millis() - action.startedMillis())))
            .follow();
    if (result.exitCode() >= 0) {
      listener.exited(result.exitCode());
    }
    return result;
  }

  private static @Nullable Long secondsOrNull(@Nullable Duration time) {
    return time == null ? null : time.toSeconds();
  }

  private static @Nullable Duration durationOrNull(@Nullable Long seconds) {
    return seconds == null ? null : Duration.ofSeconds(seconds);
  }

  /** The session before {@code action}, or before any. */
  private SessionRecord record(@Nullable LastAction action) {
    List<SessionRecord.Entered> stack = new ArrayList<>();
    entered.descendingIterator().forEachRemaining(one -> stack.add(one.record()));
    return new SessionRecord(
        SessionRecord.VERSION,
        stack,
        environments,
        ending,
        level.shown(),
        redactor.secrets(),
        action,
        settings.note().get());
  }

  private void closeLastRun() {
    ActionRun run = lastRun;
    lastRun = null;
    if (run != null) {
      run.close();
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
