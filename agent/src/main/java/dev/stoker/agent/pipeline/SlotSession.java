package dev.stoker.agent.pipeline;

import dev.stoker.agent.launch.FolderTree;
import dev.stoker.agent.launch.SessionBinding;
import dev.stoker.agent.profile.RendererProfiles;
import dev.stoker.agent.session.ActionResult;
import dev.stoker.agent.session.Session;
import dev.stoker.agent.session.SessionFolders;
import dev.stoker.agent.session.SessionListener;
import dev.stoker.agent.session.SessionSettings;
import dev.stoker.controller.protocol.Finish.Cause;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.NodeIo;
import dev.stoker.io.daemon.StageProgress;
import dev.stoker.io.daemon.StageRequest;
import dev.stoker.openjd.job.Step;
import dev.stoker.openjd.pathmap.PathMapping;
import dev.stoker.openjd.space.TaskParameters;
import dev.stoker.openjd.template.Environment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
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

  /** Hundreds of gigabytes over a gigabit link; whoever is stuck earlier is told by the origin. */
  private static final Duration STAGE_DEADLINE = Duration.ofHours(2);

  private final String id;
  private final String jobId;
  private final String stepName;
  private final Place place;
  private final ReentrantLock staging = new ReentrantLock(); // guards folders, staged, copied
  private final Map<String, Set<String>> staged = new HashMap<>();
  private final Map<Path, InputFolder.Stamp> copied = new HashMap<>();
  private @Nullable SessionFolders folders;

  private volatile @Nullable Session session;
  private volatile boolean over;
  private volatile boolean abandoned;
  private boolean removed; // guarded by staging
  private boolean entered;

  /**
   * What a session needs of its surroundings.
   *
   * @param sessions where session folders are made
   * @param shims where shims' control folders are made
   * @param variables what actions' environments start from
   * @param memoryKills how many of the slot's processes the kernel killed for want of memory
   * @param watching how attempts are watched
   */
  record Place(
      Path sessions,
      Path shims,
      SessionBinding binding,
      Map<String, String> variables,
      LongSupplier memoryKills,
      Supervision.Rule watching,
      NodeIo io,
      RendererProfiles profiles) {}

  SlotSession(String id, String jobId, String stepName, Place place) {
    this.id = id;
    this.jobId = jobId;
    this.stepName = stepName;
    this.place = place;
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
   * Brings what the task reads and is not there yet.
   *
   * @return bytes of this call
   * @throws AttemptFailure naming the asset that cannot be had
   */
  StageProgress stage(JobPlan plan, TaskParameters task, Consumer<StageProgress> progress)
      throws IOException, InterruptedException {
    staging.lockInterruptibly();
    try {
      if (removed) {
        return StageProgress.NONE; // it broke under another task; the next one brings them
      }
      SessionFolders made = folders();
      List<StageRequest.Tree> trees = missing(plan.inputs(task));
      StageProgress done = StageProgress.NONE;
      if (!trees.isEmpty()) {
        StageRequest request =
            new StageRequest(id, plan.definition().project(), made.assets().toString(), trees);
        done = place.io().stage(request, Deadline.after(STAGE_DEADLINE), progress);
        trees.forEach(
            tree ->
                staged
                    .computeIfAbsent(tree.name(), name -> new LinkedHashSet<>())
                    .addAll(tree.include().isEmpty() ? List.of("") : tree.include()));
      }
      makeOutputFolders(plan, made);
      return done;
    } catch (IoFailure e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      Cause cause =
          switch (e) {
            case IoFailure.NotFound _ -> Cause.ASSET_MISSING;
            // This node may have lost its way there; if nobody has one, ten tries end the task.
            case IoFailure.Disk _, IoFailure.Unavailable _, IoFailure.TimedOut _ ->
                Cause.NODE_FAULT;
            default -> Cause.FAILED;
          };
      throw new AttemptFailure(String.valueOf(e.getMessage()), cause);
    } finally {
      staging.unlock();
    }
  }

  private SessionFolders folders() throws IOException {
    SessionFolders made = folders;
    if (made == null) {
      made = SessionFolders.create(place.sessions().resolve(id), place.binding().user());
      folders = made;
    }
    return made;
  }

  private List<StageRequest.Tree> missing(List<LocationMap.Place> wanted) {
    Map<String, Set<String>> byName = new LinkedHashMap<>();
    Map<String, String> uris = new HashMap<>();
    for (LocationMap.Place input : wanted) {
      String name = input.location().name();
      Set<String> there = staged.getOrDefault(name, Set.of());
      if (there.stream().noneMatch(had -> input.path().startsWith(new AssetPath(had)))) {
        uris.put(name, input.location().uri());
        byName.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(input.path().value());
      }
    }
    List<StageRequest.Tree> trees = new ArrayList<>();
    byName.forEach(
        (name, include) ->
            trees.add(
                new StageRequest.Tree(
                    name,
                    String.valueOf(uris.get(name)),
                    include.contains("") ? List.of() : List.copyOf(include))));
    return trees;
  }

  private void makeOutputFolders(JobPlan plan, SessionFolders made) throws IOException {
    for (JobPlan.Written written : plan.writes()) {
      Path target = JobPlan.local(written.place(), made.out());
      made.makeOut(written.file() ? target.resolveSibling("") : target);
      if (written.read() && session == null) {
        InputFolder.copy(JobPlan.local(written.place(), made.assets()), target, made, copied);
      }
    }
  }

  /**
   * Starts the session's shim, if that was not done yet.
   *
   * @return the number of its process
   */
  long open(JobPlan plan) throws IOException {
    Session open = session;
    if (open != null) {
      return open.shim();
    }
    SessionFolders made = folders();
    PathMapping mapping = plan.mapping(made);
    Session opened =
        Session.open(
            new SessionSettings(
                place.shims().resolve(id),
                made,
                place.binding(),
                variables(made),
                actionVariables -> place.profiles().environment(made.root(), actionVariables),
                plan.job().symbols(mapping),
                mapping,
                plan.keepsRedacted()));
    session = opened;
    if (abandoned) {
      opened.abandon();
    }
    return opened.shim();
  }

  /** Enters the environments of an open session, if that was not done yet. */
  ActionResult ready(JobPlan plan, Step step, SessionListener listener)
      throws InterruptedException {
    if (entered) {
      return new ActionResult(ActionResult.Outcome.SUCCEEDED, 0, "", false);
    }
    entered = true;
    Session opened = opened();
    List<Environment> environments = new ArrayList<>(plan.job().environments());
    environments.addAll(step.environments());
    for (Environment environment : environments) {
      ActionResult result = opened.enter(environment, listener);
      if (!result.succeeded()) {
        over = true;
        return new ActionResult(
            result.outcome(),
            result.exitCode(),
            "environment '" + environment.name() + "' " + result.message(),
            result.nodeSuspect());
      }
    }
    return new ActionResult(ActionResult.Outcome.SUCCEEDED, 0, "", false);
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
    ActionResult result = open.runTask(step.script(), plan.symbols(task, madeFolders()), listener);
    if (!result.succeeded()) {
      over = true;
    }
    return result;
  }

  /** Lines that start-up scripts left beside the log. */
  List<String> takeNotes() {
    return place.profiles().takeNotes(madeFolders().root());
  }

  /** Moves the task's outputs into {@code box}. */
  List<Outbox.Output> collect(Path box, LocationMap locations) throws IOException {
    staging.lock();
    try {
      return Outbox.collect(madeFolders(), box, locations, copied);
    } finally {
      staging.unlock();
    }
  }

  /** How a path of this session reads to a person: {@code LOCATION/path}. */
  String readable(String path) {
    SessionFolders made = folders;
    if (made == null) {
      return path;
    }
    for (Path top : new Path[] {made.assets(), made.out(), made.work()}) {
      if (path.startsWith(top + "/")) {
        return path.substring(top.toString().length() + 1);
      }
    }
    return path;
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
    Session open = session;
    try {
      if (open != null) {
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
        removeFolders();
      }
    }
  }

  private void removeFolders() {
    staging.lock();
    try {
      removed = true;
      List<String> changed = place.io().unstage(id);
      if (!changed.isEmpty()) {
        LOG.log(
            Level.WARNING,
            "Inputs of step {0} of job {1} were changed while they were staged, and left the cache: {2}.",
            stepName,
            jobId,
            changed);
      }
      if (folders != null) {
        FolderTree.delete(folders.root());
      }
    } catch (IOException | IoFailure e) {
      LOG.log(Level.WARNING, "Cannot take the session {0} away: {1}", id, e.getMessage());
    } finally {
      staging.unlock();
    }
  }

  private Session opened() {
    Session open = session;
    if (open == null) {
      throw new IllegalStateException("The session " + id + " is not open.");
    }
    return open;
  }

  private SessionFolders madeFolders() {
    SessionFolders made = folders;
    if (made == null) {
      throw new IllegalStateException("The session " + id + " has no folders.");
    }
    return made;
  }
}
