package dev.stoker.controller.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.stoker.controller.protocol.Leasing.Wish;
import dev.stoker.controller.protocol.Registration.Slot;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.controller.store.LeaseRow;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRow;
import dev.stoker.controller.store.StepRows;
import dev.stoker.controller.store.TaskRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The steps that have tasks to start, in the order in which slots are given to them: the project
 * with the fewest running tasks for its weight first; within it the higher priority, then who has
 * fewer tasks running, then who submitted earlier.
 *
 * <p>A slot whose task ended counts no longer, so a node goes on with its project unless another
 * one is behind: fairness costs no change of session while the shares are even.
 */
final class Candidates {
  private final QueueRows rows;
  private final Parts parts;
  private final Usage usage;
  private final long nowMillis;
  private final Map<Long, Candidate> byStep = new LinkedHashMap<>();
  private final Map<String, Optional<Candidate>> bySession = new HashMap<>();
  private final Map<String, SlotNeeds> parsedNeeds = new HashMap<>();
  private final Map<Long, Map<Long, Long>> warmth = new HashMap<>(); // by node, then by job
  private @Nullable List<Lane> lanes;

  Candidates(QueueRows rows, Parts parts) {
    this.rows = rows;
    this.parts = parts;
    usage = new Usage(parts.sharing(), parts.live());
    nowMillis = parts.clocks().wallMillis();
  }

  /** A task that starts, and the step it is of. */
  record Taken(Candidate candidate, TaskRow task) {}

  /** Takes the best task for a slot, null where nothing fits. */
  @Nullable Taken take(Wish wish, Slot slot, Member node, long lease) {
    Candidate session = session(wish);
    for (Lane lane : inTurn()) {
      boolean sameLane = session != null && session.lane().equals(lane.whose);
      Taken taken = lane.take(sameLane ? session : null, slot, node, lease, usage);
      if (taken != null) {
        return taken;
      }
    }
    return null;
  }

  /** Counts what was taken. */
  void taken(LeaseRow lease) {
    usage.add(lease);
  }

  /** Writes down what was taken of each step. */
  void settle() {
    byStep.values().forEach(Candidate::settle);
  }

  private List<Lane> inTurn() {
    List<Turn> turns = new ArrayList<>();
    for (Lane lane : lanes()) {
      Candidate head = usage.isAtCap(lane.whose.project()) ? null : lane.head();
      if (head != null) {
        turns.add(
            new Turn(
                lane,
                usage.load(lane.whose.project()),
                head.step.priority(),
                usage.running(lane.whose.project(), lane.whose.submitter()),
                head.step.jobNumber()));
      }
    }
    turns.sort(Turn.ORDER);
    return turns.stream().map(Turn::lane).toList();
  }

  private record Turn(Lane lane, double load, int priority, int running, long jobNumber) {
    static final Comparator<Turn> ORDER =
        Comparator.comparingDouble(Turn::load)
            .thenComparing(turn -> turn.lane.whose.project())
            .thenComparing(Comparator.comparingInt(Turn::priority).reversed())
            .thenComparingInt(Turn::running)
            .thenComparingLong(Turn::jobNumber);
  }

  private List<Lane> lanes() {
    if (lanes == null) {
      lanes = new ArrayList<>();
      Optional<StepRows.Lane> next = rows.steps().nextLane(null);
      while (next.isPresent()) {
        lanes.add(new Lane(next.get(), rows, this::candidate, this::warmth));
        next = rows.steps().nextLane(next.get());
      }
    }
    return lanes;
  }

  private @Nullable Candidate session(Wish wish) {
    if (wish.sessionJobId().isEmpty()) {
      return null;
    }
    return bySession
        .computeIfAbsent(
            wish.sessionJobId() + "/" + wish.sessionStep(),
            ignored ->
                rows.steps()
                    .find(wish.sessionJobId(), wish.sessionStep())
                    .filter(StepRow::isStartable)
                    .map(this::candidate))
        .orElse(null);
  }

  /** How many bytes of what a step's job reads are in a node's cache. */
  private long warmth(Candidate candidate, Member node) {
    return warmth
        .computeIfAbsent(node.row.number(), ignored -> new HashMap<>())
        .computeIfAbsent(
            candidate.step.jobNumber(), job -> node.holds.bytesOf(parts.inputs().of(rows, job)));
  }

  private Candidate candidate(StepRow step) {
    return byStep.computeIfAbsent(
        step.number(),
        ignored -> new Candidate(step, needs(step.needs()), rows, parts.roster(), nowMillis));
  }

  private SlotNeeds needs(String json) {
    return parsedNeeds.computeIfAbsent(json, Candidates::parse);
  }

  /** What a stored step asks of its slot. */
  static SlotNeeds parse(String json) {
    try {
      return Wire.mapper().readValue(json, SlotNeeds.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Stored needs '" + json + "' cannot be read.", e);
    }
  }
}
