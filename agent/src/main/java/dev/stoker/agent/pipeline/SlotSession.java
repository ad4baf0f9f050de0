package dev.stoker.agent.pipeline;

import dev.stoker.agent.launch.SessionBinding.JobUser;
import dev.stoker.agent.session.ActionResult;
import dev.stoker.agent.session.Session;
import dev.stoker.agent.session.SessionFolders;
import dev.stoker.agent.session.SessionListener;
import dev.stoker.agent.session.SessionRecord;
import dev.stoker.agent.session.SessionRecord.Kind;
import dev.stoker.agent.session.SessionSettings;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.RootReport;
import dev.stoker.io.daemon.StageProgress;
import dev.stoker.openjd.job.Step;
import dev.stoker.openjd.pathmap.PathMapping;
import dev.stoker.openjd.space.TaskParameters;
import dev.stoker.openjd.template.Environment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One OpenJD session of a slot, for one step of one job: its staged inputs, which may arrive before
 * it is opened, and its running part.
 *
 * <p>{@link #stage} may be called by any thread; opening, running and closing belong to the slot's
 * thread; {@link #cancel} and {@link #abandon} may be called by any.
 */
final class SlotSession {
  private static final Logger LOG = System.getLogger(SlotSession.class.getName());

  /** The job that the session is for, beside its record. */
  static final String JOB_FILE = "job.json";

  private final String id;
  private final String jobId;
  private final String stepName;
  private final SlotPlace place;
  private final SessionFiles files;
  private volatile @Nullable Session session;
  private volatile boolean over;
  private volatile boolean abandoned;
  private @Nullable Supplier<SessionNote.Serving> serving; // of the slot's thread

  SlotSession(String id, String jobId, String stepName, SlotPlace place) {
    this.id = id;
    this.jobId = jobId;
    this.stepName = stepName;
    this.place = place;
    this.files = new SessionFiles(id, jobId, stepName, place);
  }

  /**
   * Takes over a session that an earlier agent left running.
   *
   * @throws IOException in a clause, when it cannot be
   */
  static SlotSession adopt(Path control, JobPlan plan, SlotPlace place) throws IOException {
    SessionRecord record =
        SessionRecord.read(control).orElseThrow(() -> new IOException("it has no record"));
    SessionNote note = record.noteAs(SessionNote.class);
    SlotSession adopted =
        new SlotSession(
            String.valueOf(control.getFileName()), note.jobId(), note.stepName(), place);
    if (!note.slot().equals(adopted.slotText())) {
      throw new IOException("its slot " + note.slotId() + " is not what it was");
    }
    try {
      adopted.files.takeOver(plan, note.account(), note.staged(), note.mounted());
      adopted.session =
          Session.adopt(
                  adopted.settings(plan, adopted.files.made()),
                  record,
                  environments(plan, plan.step(note.stepName())))
              .orElseThrow(() -> new IOException("its processes are gone"));
    } catch (AttemptFailure | IOException e) {
      adopted.files.disclaim();
      throw e instanceof IOException known ? known : new IOException(e.getMessage(), e);
    }
    adopted.keepStage();
    return adopted;
  }

  /** Whose attempt runs from now on; noted before each action for an agent that adopts it. */
  void serve(@Nullable Supplier<SessionNote.Serving> attempt) {
    serving = attempt;
  }

  private SessionNote note() {
    Supplier<SessionNote.Serving> attempt = serving;
    return new SessionNote(
        place.variables().getOrDefault("STOKER_SLOT", ""),
        slotText(),
        jobId,
        stepName,
        place.accounts().areSeparate() ? numberOf(files.user()) : null,
        files.staged(),
        files.mounted().where(),
        attempt == null ? null : attempt.get());
  }

  /** Equal for two agents that give the slot the same parts of the machine and the same user. */
  private String slotText() {
    Map<String, String> variables = place.variables();
    return Stream.of("STOKER_SLOT", "STOKER_CPUS", "STOKER_MEMORY_BYTES", "STOKER_GPUS")
            .map(name -> name + "=" + variables.getOrDefault(name, ""))
            .collect(Collectors.joining(" "))
        + " user="
        + place.accounts().text();
  }

  private static @Nullable Integer numberOf(@Nullable JobUser user) {
    return user == null ? null : user.uid();
  }

  String id() {
    return id;
  }

  boolean serves(String job, String step) {
    return !over && jobId.equals(job) && stepName.equals(step);
  }

  String jobId() {
    return jobId;
  }

  String stepName() {
    return stepName;
  }

  /** Whether it takes no further task. */
  boolean isOver() {
    return over;
  }

  /** Takes no further task. */
  void retire() {
    over = true;
  }

  /**
   * Brings what the task reads and is not there yet. A session whose job was pinned anew is over:
   * the next one brings it.
   *
   * @return bytes of this call
   * @throws AttemptFailure naming the asset that cannot be had
   */
  StageProgress stage(JobPlan plan, TaskParameters task, Consumer<StageProgress> progress)
      throws IOException, InterruptedException {
    if (!files.refreshPins(plan)) {
      retire();
      return StageProgress.NONE;
    }
    return files.stage(plan, task, session == null, progress);
  }

  /**
   * Tells which versions of its inputs it met.
   *
   * @param afterStage whether it was about to read just now, so that somebody must know; else the
   *     slot's thread calls
   * @return why its attempt must not go on
   */
  Optional<Failure> settlePins(Attempt attempt, boolean afterStage) throws InterruptedException {
    try {
      files.awaitIo();
      return place.pins().settle(attempt, afterStage && !over, afterStage ? () -> {} : this::ping);
    } catch (IoFailure e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      retire();
      return Optional.of(
          Failure.of(-1, "Cannot learn what the task read: " + e.getMessage(), true));
    }
  }

  /**
   * Starts the session's shim, if that was not done yet.
   *
   * @return the number of its process
   */
  long open(JobPlan plan) throws IOException, InterruptedException {
    Session open = session;
    return (open == null ? openNew(plan) : open).shim();
  }

  /**
   * Enters the environments of an open session, as far as that was not done yet; of an adopted one,
   * the rest of them.
   */
  ActionResult ready(JobPlan plan, Step step, SessionListener listener)
      throws InterruptedException {
    Session open = opened();
    List<Environment> environments = environments(plan, step);
    if (open.unfinished().filter(Kind.ENTER::equals).isPresent()) {
      ActionResult result = open.resume(listener);
      if (!result.succeeded()) {
        return refused(environments.get(open.environments() - 1), result);
      }
    }
    while (open.environments() < environments.size()) {
      Environment environment = environments.get(open.environments());
      ActionResult result = open.enter(environment, listener);
      if (!result.succeeded()) {
        return refused(environment, result);
      }
    }
    return new ActionResult(ActionResult.Outcome.SUCCEEDED, 0, "", false);
  }

  private Session openNew(JobPlan plan) throws IOException, InterruptedException {
    Session opened = Session.open(settings(plan, files.folders()));
    session = opened;
    if (abandoned) {
      opened.abandon();
    }
    keepStage();
    Files.write(
        place.shims().resolve(id).resolve(JOB_FILE),
        Wire.mapper().writeValueAsBytes(plan.definition()));
    return opened;
  }

  private SessionSettings settings(JobPlan plan, SessionFolders made) {
    PathMapping mapping = plan.mapping(made, files.inputs());
    return new SessionSettings(
        place.shims().resolve(id),
        made,
        place.binding().withUser(made.user()),
        variables(made),
        actionVariables -> place.profiles().environment(made.root(), actionVariables),
        plan.job().symbols(mapping),
        mapping,
        plan.keepsRedacted(),
        () -> SessionRecord.note(note()));
  }

  /** The inputs stay as long as the shim runs, even if agent and I/O process are started anew. */
  private void keepStage() {
    try {
      place.io().giveStage(id, opened().shim());
    } catch (IoFailure e) {
      LOG.log(
          Level.WARNING,
          "Should the agent die, the I/O process may take the inputs of {0} away: {1}",
          id,
          e.getMessage());
    }
  }

  private static List<Environment> environments(JobPlan plan, Step step) {
    List<Environment> all = new ArrayList<>(plan.job().environments());
    all.addAll(step.environments());
    return all;
  }

  private ActionResult refused(Environment environment, ActionResult result) {
    over = true;
    return new ActionResult(
        result.outcome(),
        result.exitCode(),
        "environment '" + environment.name() + "' " + result.message(),
        result.nodeSuspect());
  }

  /**
   * Brings an adopted session that no attempt is for to where its next task could start, or to its
   * end; nothing is left running of an attempt that was given up.
   */
  void settle() throws InterruptedException {
    Session open = opened();
    Optional<Kind> unfinished = open.unfinished();
    if (unfinished.filter(Kind.LEAVE::equals).isPresent()) {
      over = true; // closing it goes on
      return;
    }
    open.cancel(Duration.ZERO);
    boolean well = open.resume(SessionListener.NONE).succeeded();
    open.clearCancel();
    over = over || !well || unfinished.filter(Kind.ENTER::equals).isPresent();
  }

  /** A variable as the session's environments set it. */
  Optional<String> variable(String name) {
    return opened().variable(name);
  }

  private Map<String, String> variables(SessionFolders made) {
    Map<String, String> all = new HashMap<>(place.variables());
    // A renderer's own settings folder must be writable, and none of the agent's.
    all.putIfAbsent("HOME", made.work().toString());
    all.putIfAbsent("TMPDIR", made.work().toString());
    return all;
  }

  /** Runs a task; its inputs are staged and its session is ready. */
  ActionResult runTask(JobPlan plan, Step step, TaskParameters task, SessionListener listener)
      throws InterruptedException {
    Session open = opened();
    ActionResult result =
        open.unfinished().isPresent()
            ? open.resume(listener)
            : open.runTask(
                step.script(), plan.symbols(task, files.made(), files.inputs()), listener);
    if (!result.succeeded()) {
      over = true;
    }
    return result;
  }

  /** Lines that start-up scripts left beside the log. */
  List<String> takeNotes() {
    return place.profiles().takeNotes(files.made().root());
  }

  /** The folders and what lies in them. */
  SessionFiles files() {
    return files;
  }

  /** Moves the task's outputs into {@code box}. */
  List<Outbox.Output> collect(Path box, LocationMap locations) throws IOException {
    return files.collect(box, locations);
  }

  /** Tells of what the session's first task read, for other nodes. */
  void tellTrace(Attempt attempt, RootReport report) {
    if (files.isFirstTask()) {
      place.traces().tell(attempt, report, files.mounted().knownTrace());
    }
  }

  /** How a path of this session reads to a person: {@code LOCATION/path}. */
  String readable(String path) {
    return files.readable(path);
  }

  /** Forgets what an earlier attempt's cancelation left. */
  void clearCancel() {
    Session open = session;
    if (open != null && !abandoned) {
      open.clearCancel();
    }
  }

  void cancel(Duration grace) {
    Session open = session;
    if (open != null) {
      open.cancel(grace);
    }
  }

  void ping() {
    Session open = session;
    if (open != null) {
      open.ping();
    }
  }

  /** Ends it as fast as can be, whatever it is at. */
  void abandon() {
    abandoned = true;
    Session open = session;
    if (open != null) {
      open.abandon();
    }
  }

  /** Leaves the environments, ends every process, takes folders and staged inputs away. */
  void close(SessionListener listener) throws InterruptedException {
    over = true;
    serving = null;
    Session open = session;
    try {
      if (open != null) {
        if (open.unfinished().filter(kind -> kind != Kind.LEAVE).isPresent()) {
          open.cancel(Duration.ZERO); // an earlier agent's, which nobody wants any more
        }
        ActionResult left = open.leaveAll(listener);
        if (!left.succeeded() && !abandoned) {
          LOG.log(
              Level.WARNING,
              "An environment of step {0} of job {1} was not left well: it {2}.",
              stepName,
              jobId,
              left.message());
        }
      }
    } finally {
      try {
        if (open != null) {
          open.close();
        }
      } catch (UncheckedIOException e) {
        LOG.log(Level.WARNING, "The session {0} leaves files: {1}", id, e.getMessage());
      } finally {
        files.remove("step " + stepName + " of job " + jobId);
      }
    }
  }

  private Session opened() {
    Session open = session;
    if (open == null) {
      throw new IllegalStateException("The session " + id + " is not open.");
    }
    return open;
  }
}
