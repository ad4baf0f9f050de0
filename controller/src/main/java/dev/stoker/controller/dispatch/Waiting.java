package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.store.JobRow;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRow;
import dev.stoker.controller.store.StepRows;
import dev.stoker.controller.store.TaskRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says why a task that is ready or waits does not start, by the same tests that a round makes.
 * Within one reading of the queue.
 */
final class Waiting {
  /** Of one person; a person with more looks at the first ones first. */
  private static final int MOST_AHEAD = 1_000;

  private final Parts parts;
  private final QueueRows rows;
  private final JobRow job;
  private final StepRow step;
  private final SlotNeeds needs;
  private final List<String> reasons = new ArrayList<>();

  Waiting(Parts parts, QueueRows rows, JobRow job, StepRow step) {
    this.parts = parts;
    this.rows = rows;
    this.job = job;
    this.step = step;
    needs = Candidates.parse(step.needs());
  }

  /** One sentence for each thing that keeps the task from starting; never empty. */
  List<String> reasons(@Nullable TaskRow task) {
    if (job.state() == Jobs.State.SUSPENDED) {
      String why = job.message().isEmpty() ? "" : ": " + job.message();
      reasons.add("Its job is suspended" + (why.isEmpty() ? "; resume it." : why));
    }
    unmetSteps();
    pause(task);
    var usage = new Usage(parts.sharing(), parts.live());
    shares(usage);
    nodes(task, usage);
    if (reasons.isEmpty()) {
      turn(usage);
    }
    return reasons;
  }

  private void unmetSteps() {
    if (step.unmet() == 0) {
      return;
    }
    Set<Integer> needed = rows.steps().needs(step.jobNumber(), step.position());
    for (StepRow other : rows.steps().ofJob(step.jobNumber())) {
      if (needed.contains(other.position()) && !other.isComplete()) {
        reasons.add(
            "Step %s comes first: %d of its %d tasks succeeded."
                .formatted(other.name(), other.counts().succeeded(), other.taskCount()));
      }
    }
  }

  private void pause(@Nullable TaskRow task) {
    long now = parts.clocks().wallMillis();
    if (task != null && task.notBeforeMillis() > now) {
      Duration left = Duration.ofMillis(task.notBeforeMillis() - now);
      int refusals = LicenceRefusals.inARow(rows, task);
      reasons.add(
          "It %s and is tried again at %s, in %d s."
              .formatted(
                  refusals > 0
                      ? "was refused a licence " + LicenceRefusals.times(refusals)
                      : "failed " + task.failures() + " times",
                  Instant.ofEpochMilli(task.notBeforeMillis()),
                  left.plusMillis(999).toSeconds()));
    }
  }

  private void shares(Usage usage) {
    if (usage.isAtCap(job.project())) {
      reasons.add(
          "Project %s has %d tasks running and may have no more."
              .formatted(job.project(), usage.running(job.project())));
    }
  }

  private void nodes(@Nullable TaskRow task, Usage usage) {
    Set<Long> failedOn =
        task == null || task.failures() + task.losses() == 0
            ? Set.of()
            : rows.leases().nodesThatFailed(task.jobNumber(), task.ordinal());
    Map<String, Integer> obstacles = new TreeMap<>();
    int able = 0;
    int free = 0;
    for (Member node : parts.roster().all()) {
      Optional<String> obstacle = obstacle(node, failedOn, usage);
      if (obstacle.isPresent()) {
        obstacles.merge(obstacle.get(), 1, Integer::sum);
      } else {
        able++;
        free += hasFreeSlot(node) ? 1 : 0;
      }
    }
    if (able == 0) {
      reasons.add(
          obstacles.isEmpty()
              ? "No node is registered."
              : "None of the %d registered nodes can take it:"
                  .formatted(parts.roster().all().size()));
      obstacles.forEach((what, count) -> reasons.add("%d × %s".formatted(count, what)));
      Unfit.unknownAttributes(parts.roster().all(), needs).ifPresent(reasons::add);
    } else if (free == 0 && reasons.isEmpty()) {
      reasons.add("Every node that can take it is busy (%d of them).".formatted(able));
    }
  }

  /** Whether a slot that the step fits is empty. */
  private boolean hasFreeSlot(Member node) {
    Set<String> taken =
        parts.live().ofNode(node.row.number()).stream()
            .map(lease -> lease.row.slotId())
            .collect(Collectors.toSet());
    return node.row.slots().stream()
        .anyMatch(slot -> !taken.contains(slot.id()) && needs.fit(slot, node.row.attributes()));
  }

  private Optional<String> obstacle(Member node, Set<Long> failedOn, Usage usage) {
    if (parts.roster().isLost(node)) {
      return Optional.of("The node was not heard of for more than a minute.");
    }
    if (node.draining) {
      return Optional.of("The node is drained.");
    }
    String problem = node.problem();
    if (problem != null) {
      return Optional.of("The node takes no work: " + problem + ".");
    }
    Optional<String> unfit = Unfit.reason(node, needs);
    if (unfit.isPresent()) {
      return unfit;
    }
    if (failedOn.contains(node.row.number()) && parts.roster().hasOther(failedOn, needs)) {
      return Optional.of("It failed on the node before, and others can take it.");
    }
    return usage.missingToken(needs.tokens(), node.row.number());
  }

  private void turn(Usage usage) {
    var own = new StepRows.Lane(step.project(), step.submitter());
    long before = 0;
    for (StepRow other : rows.steps().startable(own, null, MOST_AHEAD)) {
      if (other.number() == step.number()) {
        break;
      }
      before += other.counts().open();
    }
    if (before > 0) {
      reasons.add(before + " tasks of the same project and user come first.");
      return;
    }
    Optional<StepRows.Lane> next = rows.steps().nextLane(null);
    while (next.isPresent()) {
      StepRows.Lane lane = next.get();
      if (!lane.equals(own) && !usage.isAtCap(lane.project())) {
        rows.steps().startable(lane, null, 1).stream()
            .findFirst()
            .flatMap(head -> ahead(lane, head, usage))
            .ifPresent(reasons::add);
      }
      next = reasons.isEmpty() ? rows.steps().nextLane(lane) : Optional.empty();
    }
    if (reasons.isEmpty()) {
      reasons.add("It is next: it starts with the next request of a node that can take it.");
    }
  }

  /** Why another's step is served before this one, by the order in which a round goes. */
  private Optional<String> ahead(StepRows.Lane lane, StepRow head, Usage usage) {
    if (!lane.project().equals(step.project())) {
      boolean first = usage.load(lane.project()) < usage.load(step.project());
      return first
          ? Optional.of(
              "Project %s comes first: it has %d tasks running for a weight of %s, and %s has %d for %s."
                  .formatted(
                      lane.project(),
                      usage.running(lane.project()),
                      weight(lane.project()),
                      step.project(),
                      usage.running(step.project()),
                      weight(step.project())))
          : Optional.empty();
    }
    if (head.priority() != step.priority()) {
      return head.priority() > step.priority()
          ? Optional.of(
              "A job of %s comes first: its priority is %d, and this one's %d."
                  .formatted(lane.submitter(), head.priority(), step.priority()))
          : Optional.empty();
    }
    int theirs = usage.running(lane.project(), lane.submitter());
    int own = usage.running(step.project(), step.submitter());
    return theirs < own
        ? Optional.of(
            "%s comes first: %d tasks of theirs are running, and %d of %s."
                .formatted(lane.submitter(), theirs, own, step.submitter()))
        : Optional.empty();
  }

  private String weight(String project) {
    return "%.1f".formatted(parts.sharing().project(project).weight()).replace(".0", "");
  }
}
