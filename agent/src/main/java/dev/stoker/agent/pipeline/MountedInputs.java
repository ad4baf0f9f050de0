package dev.stoker.agent.pipeline;

import dev.stoker.controller.protocol.Finish.Cause;
import dev.stoker.controller.protocol.Traces;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.MountState;
import dev.stoker.io.daemon.RootReport;
import dev.stoker.io.daemon.RootRequest;
import dev.stoker.io.daemon.StageProgress;
import dev.stoker.io.daemon.StageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A session's own folder in the node's mount, where its inputs are not staged. Asked by any thread;
 * opened and added to by one at a time.
 */
final class MountedInputs {
  private final String id;
  private final String jobId;
  private final String stepName;
  private final SlotPlace place;
  private volatile SessionNote.@Nullable Mounted mounted;
  private volatile Traces.Kept knownTrace;

  MountedInputs(String id, String jobId, String stepName, SlotPlace place) {
    this.id = id;
    this.jobId = jobId;
    this.stepName = stepName;
    this.place = place;
    this.knownTrace = Traces.Kept.none(stepName);
  }

  /**
   * Takes over what an earlier agent opened.
   *
   * @throws IOException in a clause, when it is not served any more
   */
  void takeOver(SessionNote.Mounted before) throws IOException {
    try {
      if (place.io().mountState().instance() != before.instance()) {
        throw new IOException("the I/O process that served its inputs was started anew");
      }
      place.io().rootReport(id);
    } catch (IoFailure e) {
      throw new IOException("its inputs are not served any more: " + e.getMessage(), e);
    }
    mounted = before;
  }

  /** Where it is; null while it is not open. */
  SessionNote.@Nullable Mounted where() {
    return mounted;
  }

  boolean isOpen() {
    return mounted != null;
  }

  /** What was known of its step's reads when it was opened. */
  Traces.Kept knownTrace() {
    return knownTrace;
  }

  /** Whether it is another mount's than that one's. */
  boolean isUnserved(long instance) {
    SessionNote.Mounted now = mounted;
    return now != null && now.instance() != instance;
  }

  /**
   * A task begins to read.
   *
   * @throws AttemptFailure when its inputs are not served any more
   */
  void nextTask() {
    if (mounted != null) {
      try {
        place.io().nextTask(id);
      } catch (IoFailure e) {
        throw new AttemptFailure(String.valueOf(e.getMessage()), Cause.NODE_FAULT);
      }
    }
  }

  /**
   * What the task did with it; empty while it is not open.
   *
   * @throws IoFailure when it was not served to the end
   */
  Optional<RootReport> report() {
    return mounted == null ? Optional.empty() : Optional.of(place.io().rootReport(id));
  }

  /** Whether sessions of this node that have brought nothing yet read through the mount. */
  boolean isToOpen() {
    return switch (place.assets()) {
      case STAGE -> false;
      case MOUNT -> true;
      case AUTO -> place.io().mountState().works();
    };
  }

  /**
   * Opens it, or adds to it; the bytes come by themselves.
   *
   * @param work the session's folder that is its user's
   */
  void open(
      JobPlan plan,
      List<StageRequest.Tree> declared,
      Path work,
      Duration within,
      Consumer<StageProgress> progress)
      throws IOException, InterruptedException {
    MountState mount = place.io().mountState();
    SessionNote.Mounted before = mounted;
    if (before == null) {
      knownTrace = place.traces().of(jobId, stepName);
    }
    RootRequest request =
        new RootRequest(
            id,
            plan.definition().project(),
            (Integer) Files.getAttribute(work, "unix:uid"),
            (Integer) Files.getAttribute(work, "unix:gid"),
            locations(plan, declared),
            before != null || knownTrace.trace().isEmpty() ? null : knownTrace.trace());
    String folder = place.io().openRoot(request, Deadline.after(within), progress);
    if (before != null && before.instance() != mount.instance()) {
      throw new IoFailure.Unavailable(
          "The I/O process that served the inputs of this session was started anew.", null);
    }
    mounted = new SessionNote.Mounted(folder, mount.instance());
  }

  private static List<RootRequest.Location> locations(
      JobPlan plan, List<StageRequest.Tree> declared) {
    Map<String, List<String>> byName = new HashMap<>();
    declared.forEach(
        tree -> byName.put(tree.name(), tree.include().isEmpty() ? List.of("") : tree.include()));
    return plan.definition().locations().stream()
        .filter(location -> plan.isReadable(location) || byName.containsKey(location.name()))
        .map(
            location ->
                new RootRequest.Location(
                    location.name(),
                    location.uri(),
                    byName.getOrDefault(location.name(), List.of())))
        .toList();
  }
}
