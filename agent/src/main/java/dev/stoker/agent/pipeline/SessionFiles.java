package dev.stoker.agent.pipeline;

import dev.stoker.agent.launch.FolderTree;
import dev.stoker.agent.launch.SessionBinding.JobUser;
import dev.stoker.agent.session.SessionFolders;
import dev.stoker.controller.protocol.Finish.Cause;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.StageProgress;
import dev.stoker.io.daemon.StageRequest;
import dev.stoker.openjd.space.TaskParameters;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The folders of one session, and what was brought into them. Thread-safe. */
final class SessionFiles {
  private static final Logger LOG = System.getLogger(SessionFiles.class.getName());

  /** Hundreds of gigabytes over a gigabit link; whoever is stuck earlier is told by the origin. */
  private static final Duration STAGE_DEADLINE = Duration.ofHours(2);

  /** Three times what a start of it takes on a slow disk with a large cache. */
  private static final Duration IO_PATIENCE = Duration.ofSeconds(30);

  private static final Duration IO_PAUSE = Duration.ofMillis(250);

  private final String id;
  private final String jobId;
  private final SlotPlace place;
  private final ReentrantLock lock = new ReentrantLock(); // guards the rest
  private final BroughtTrees staged = new BroughtTrees();
  private final Map<Path, InputFolder.Stamp> copied = new ConcurrentHashMap<>(); // read by any
  private boolean removed;
  private @Nullable JobUser user; // whose the folders are, from when they are made
  private volatile @Nullable SessionFolders folders;
  private final MountedInputs mounted;
  private final AtomicInteger tasks = new AtomicInteger(); // of this agent's

  SessionFiles(String id, String jobId, String stepName, SlotPlace place) {
    this.id = id;
    this.jobId = jobId;
    this.place = place;
    this.mounted = new MountedInputs(id, jobId, stepName, place);
  }

  /**
   * Takes over what an earlier agent brought.
   *
   * @throws IOException in a clause, when it is not there any more
   */
  void takeOver(
      JobPlan plan,
      @Nullable Integer account,
      Map<String, Set<String>> brought,
      SessionNote.@Nullable Mounted inMount)
      throws IOException {
    lock.lock();
    try {
      if (inMount != null) {
        mounted.takeOver(inMount);
      }
      user = place.accounts().claim(account);
      SessionFolders left = new SessionFolders(root(), user);
      if (!Files.isDirectory(left.out())) {
        throw new IOException("its folder " + left.root() + " is gone");
      }
      staged.takeOver(brought);
      for (JobPlan.Written written : plan.writes()) {
        if (written.read()) {
          InputFolder.stamps(
              JobPlan.local(written.place(), left.assets()),
              JobPlan.local(written.place(), left.out()),
              left,
              copied);
        }
      }
      folders = left;
    } finally {
      lock.unlock();
    }
  }

  /** The session is not taken over after all. */
  void disclaim() {
    lock.lock();
    try {
      place.accounts().disclaim(user);
      user = null;
    } finally {
      lock.unlock();
    }
  }

  /** Its folder in the mount, where its inputs are not staged. */
  MountedInputs mounted() {
    return mounted;
  }

  /** Whether no task ran in the session before the one that runs. */
  boolean isFirstTask() {
    return tasks.get() == 1;
  }

  /** Where what is only read lies, a folder for each location. */
  Path inputs() {
    SessionNote.Mounted inMount = mounted.where();
    return inMount == null ? made().assets() : Path.of(inMount.folder());
  }

  /**
   * A task begins to read.
   *
   * @throws AttemptFailure when its inputs are not served any more
   */
  void nextTask() {
    tasks.incrementAndGet();
    mounted.nextTask();
  }

  private Path root() {
    return place.sessions().resolve(id);
  }

  /** Makes them when they are not there yet, for an account of which there may be few. */
  SessionFolders folders() throws IOException, InterruptedException {
    lock.lock();
    try {
      SessionFolders made = folders;
      if (made == null) {
        user = place.accounts().take();
        made = SessionFolders.create(root(), user);
        folders = made;
      }
      return made;
    } finally {
      lock.unlock();
    }
  }

  /** Those that were made. */
  SessionFolders made() {
    SessionFolders made = folders;
    if (made == null) {
      throw new IllegalStateException("The session " + id + " has no folders.");
    }
    return made;
  }

  /** Whom the session runs as; null for the agent's own user. */
  @Nullable JobUser user() {
    return made().user();
  }

  /** What was brought, by location; a copy. */
  Map<String, Set<String>> staged() {
    lock.lock();
    try {
      return staged.copy();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Learns which versions the job has pinned by now. Where it writes none are: one of its tasks may
   * read what another has changed.
   *
   * @return whether the session may read on; not so when the job was pinned anew since it began
   * @throws AttemptFailure when nobody tells
   */
  boolean refreshPins(JobPlan plan) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (removed) {
        return true; // nothing is brought for it any more
      }
      awaitIo();
      return place
          .pins()
          .refresh(
              id,
              jobId,
              plan.writes().stream()
                  .map(JobPlan.Written::place)
                  .map(at -> at.location().name() + "/" + at.path())
                  .toList());
    } catch (IoFailure e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      throw new AttemptFailure(String.valueOf(e.getMessage()), Cause.NODE_FAULT);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Brings what the task reads and is not there yet.
   *
   * @param copies whether what the job both reads and writes is copied to where it writes
   * @return bytes of this call
   * @throws AttemptFailure naming the asset that cannot be had
   */
  StageProgress stage(
      JobPlan plan, TaskParameters task, boolean copies, Consumer<StageProgress> progress)
      throws IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      if (removed) {
        return StageProgress.NONE; // it broke under another task; the next one brings them
      }
      awaitIo();
      SessionFolders made = folders();
      boolean mounts = mounted.isOpen() || (staged.isEmpty() && mounted.isToOpen());
      List<LocationMap.Place> inputs = plan.inputs(task);
      List<StageRequest.Tree> trees =
          staged.missing(mounts ? inputs.stream().filter(plan::isCopied).toList() : inputs);
      StageProgress done = StageProgress.NONE;
      if (!trees.isEmpty()) {
        StageRequest request =
            new StageRequest(id, plan.definition().project(), made.assets().toString(), trees);
        done = place.io().stage(request, Deadline.after(STAGE_DEADLINE), progress);
        staged.add(trees);
      }
      if (mounts) {
        var declared = staged.missing(inputs.stream().filter(p -> !plan.isCopied(p)).toList());
        if (!declared.isEmpty() || !mounted.isOpen()) {
          mounted.open(plan, declared, made.work(), STAGE_DEADLINE, progress);
          staged.add(declared);
        }
      }
      makeOutputFolders(plan, made, copies);
      return done;
    } catch (IoFailure e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      Cause cause =
          switch (e) {
            case IoFailure.NotFound _ -> Cause.ASSET_MISSING;
            case IoFailure.Changed _ -> Cause.ASSET_CHANGED;
            // This node may have lost its way there; if nobody has one, ten tries end the task.
            case IoFailure.Disk _, IoFailure.Unavailable _, IoFailure.TimedOut _ ->
                Cause.NODE_FAULT;
            default -> Cause.FAILED;
          };
      String sentence = String.valueOf(e.getMessage());
      throw new AttemptFailure(
          cause == Cause.ASSET_CHANGED ? AssetPins.withAdvice(sentence, jobId) : sentence, cause);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for an I/O process that is being started anew, which takes seconds: were every attempt to
   * fail meanwhile, the node would look like one that is broken for good.
   */
  void awaitIo() throws InterruptedException {
    Deadline end = Deadline.after(IO_PATIENCE);
    while (true) {
      try {
        place.io().mountState();
        return;
      } catch (IoFailure.Unavailable e) {
        if (end.hasPassed()) {
          throw e;
        }
        Thread.sleep(IO_PAUSE);
      }
    }
  }

  private void makeOutputFolders(JobPlan plan, SessionFolders made, boolean copies)
      throws IOException {
    for (JobPlan.Written written : plan.writes()) {
      Path target = JobPlan.local(written.place(), made.out());
      made.makeOut(written.file() ? target.resolveSibling("") : target);
      if (written.read() && copies) {
        InputFolder.copy(JobPlan.local(written.place(), made.assets()), target, made, copied);
      }
    }
  }

  /** Moves the task's outputs into {@code box}. */
  List<Outbox.Output> collect(Path box, LocationMap locations) throws IOException {
    lock.lock();
    try {
      return Outbox.collect(made(), box, locations, copied);
    } finally {
      lock.unlock();
    }
  }

  /** Whether a file in the output folder is an input that was copied there and has not changed. */
  boolean isInput(Path relative, InputFolder.Stamp now) {
    return now.equals(copied.get(relative));
  }

  /** How a path of this session reads to a person: {@code LOCATION/path}. */
  String readable(String path) {
    SessionFolders made = folders;
    if (made == null) {
      return path;
    }
    for (Path top : new Path[] {inputs(), made.assets(), made.out(), made.work()}) {
      if (path.startsWith(top + "/")) {
        return path.substring(top.toString().length() + 1);
      }
    }
    return path;
  }

  /**
   * Takes folders and staged inputs away.
   *
   * @param step for the log, such as {@code step Render of job j-1}
   */
  void remove(String step) {
    lock.lock();
    try {
      removed = true;
      unstage(step);
      SessionFolders made = folders;
      if (made != null) {
        FolderTree.delete(made.root());
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "Cannot take the session {0} away: {1}", id, e.getMessage());
    } finally {
      place.accounts().giveBack(user);
      user = null;
      lock.unlock();
    }
  }

  private void unstage(String step) {
    try {
      List<String> changed = place.io().unstage(id);
      if (!changed.isEmpty()) {
        LOG.log(
            Level.WARNING,
            "Inputs of {0} were changed while they were staged, and left the cache: {1}.",
            step,
            changed);
      }
    } catch (IoFailure e) {
      LOG.log(Level.WARNING, "Cannot unpin the inputs of {0}: {1}", step, e.getMessage());
    }
  }
}
