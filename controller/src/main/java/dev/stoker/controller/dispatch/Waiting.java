package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Registration.Slot;
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
import org.jspecify.annotations.Nullable;

/**
 * Says why a task that is ready or waits does not start, by the same tests that a round makes.
 * Within one reading of the queue.
 */
final class Waiting {
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
    shares();
    nodes(task);
    if (reasons.isEmpty()) {
      turn();
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

  private void shares() {
    var usage = new Usage(parts.sharing(), parts.live());
    if (usage.isAtCap(job.project())) {
      reasons.add(
          "Project %s has %d tasks running and may have no more."
              .formatted(job.project(), usage.running(job.project())));
    }
  }

  private void nodes(@Nullable TaskRow task) {
    Set<Long> failedOn =
        task == null || task.failures() + task.losses() == 0
            ? Set.of()
            : rows.leases().nodesThatFailed(task.jobNumber(), task.ordinal());
    var usage = new Usage(parts.sharing(), parts.live());
    Map<String, Integer> obstacles = new TreeMap<>();
    int able = 0;
    int free = 0;
    for (Member node : parts.roster().all()) {
      Optional<String> obstacle = obstacle(node, failedOn, usage);
      if (obstacle.isPresent()) {
        obstacles.merge(obstacle.get(), 1, Integer::sum);
      } else {
        able++;
        free += parts.live().ofNode(node.row.number()).size() < node.row.slots().size() ? 1 : 0;
      }
    }
    if (able == 0) {
      reasons.add(
          obstacles.isEmpty()
              ? "No node is registered."
              : "None of the %d registered nodes can take it:"
                  .formatted(parts.roster().all().size()));
      obstacles.forEach((what, count) -> reasons.add("%d × %s".formatted(count, what)));
    } else if (free == 0 && reasons.isEmpty()) {
      reasons.add("Every node that can take it is busy (%d of them).".formatted(able));
    }
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
    Optional<String> unfit = unfit(node);
    if (unfit.isPresent()) {
      return unfit;
    }
    if (failedOn.contains(node.row.number()) && parts.roster().hasOther(failedOn, needs)) {
      return Optional.of("It failed on the node before, and others can take it.");
    }
    return usage.missingToken(needs.tokens(), node.row.number());
  }

  private Optional<String> unfit(Member node) {
    if (node.offers(needs)) {
      return Optional.empty();
    }
    for (Map.Entry<String, Double> need : needs.amounts().entrySet()) {
      double most =
          node.row.slots().stream()
              .mapToDouble((Slot slot) -> SlotNeeds.offered(need.getKey(), slot))
              .max()
              .orElse(0);
      if (most < need.getValue()) {
        return Optional.of(
            "Its largest slot offers %s %.0f, and the step needs %.0f."
                .formatted(need.getKey(), most, need.getValue()));
      }
    }
    return Optional.of("The node has no slot with all that the step requires: " + required());
  }

  private String required() {
    Map<String, Object> all = new TreeMap<>(needs.amounts());
    needs.anyOf().forEach((name, values) -> all.put(name, "one of " + values));
    needs.allOf().forEach((name, values) -> all.put(name, "all of " + values));
    return all + ".";
  }

  private void turn() {
    long before = 0;
    StepRows.Lane lane = new StepRows.Lane(step.project(), step.submitter());
    List<StepRow> ahead = rows.steps().startable(lane, null, 1_000);
    for (StepRow other : ahead) {
      if (other.number() == step.number()) {
        break;
      }
      before += other.counts().open();
    }
    reasons.add(
        before > 0
            ? before + " tasks of the same project and user come first."
            : "It is next: it starts with the next request of a node that can take it.");
  }
}
