package dev.stoker.controller.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.stoker.controller.protocol.Leasing.Wish;
import dev.stoker.controller.protocol.Registration.Slot;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRow;
import dev.stoker.controller.store.TaskRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The steps that have tasks to start, by rank: priority, then submission, then place in the
 * template. Read page by page, as far as a round needs them.
 */
final class Candidates {
  private static final int PAGE = 64;

  /** A slot that fits none of so many steps waits for the next round: a round must stay short. */
  private static final int LONGEST_SEARCH = 5_000;

  private final QueueRows rows;
  private final Roster roster;
  private final Map<Long, Candidate> byStep = new LinkedHashMap<>();
  private final Map<String, Optional<Candidate>> bySession = new HashMap<>();
  private final Map<String, SlotNeeds> parsedNeeds = new HashMap<>();
  private final List<Candidate> ranked = new ArrayList<>();
  private int firstOpen;
  private boolean allRead;

  Candidates(QueueRows rows, Roster roster) {
    this.rows = rows;
    this.roster = roster;
  }

  /** A task that starts, and the step it is of. */
  record Taken(Candidate candidate, TaskRow task) {}

  /**
   * Takes the best task for a slot, null where nothing fits. The step whose session is open in the
   * slot comes before its equals; equal is what has the same priority, unless an earlier job has
   * nothing running.
   */
  @Nullable Taken take(Wish wish, Slot slot, Member node, long lease) {
    Candidate session = session(wish);
    for (int i = firstOpen(); i < LONGEST_SEARCH && (i < ranked.size() || readPage()); i++) {
      Candidate candidate = ranked.get(i);
      if (!suits(candidate, slot, node)) {
        continue;
      }
      if (session != null && suits(session, slot, node) && comesFirst(session, candidate)) {
        TaskRow task = session.take(node, lease);
        if (task != null) {
          return new Taken(session, task);
        }
      }
      TaskRow task = candidate.take(node, lease);
      if (task != null) {
        return new Taken(candidate, task);
      }
    }
    return null;
  }

  /** Writes down what was taken of each step. */
  void settle() {
    byStep.values().forEach(Candidate::settle);
  }

  private static boolean comesFirst(Candidate session, Candidate best) {
    boolean earlier = session.step.jobNumber() <= best.step.jobNumber();
    return session.step.priority() >= best.step.priority() && (earlier || best.leased() > 0);
  }

  private static boolean suits(Candidate candidate, Slot slot, Member node) {
    return !candidate.isEmpty() && candidate.needs.fit(slot, node.row.attributes());
  }

  private int firstOpen() {
    while (firstOpen < ranked.size() && ranked.get(firstOpen).isEmpty()) {
      firstOpen++;
    }
    return firstOpen;
  }

  private boolean readPage() {
    if (allRead) {
      return false;
    }
    StepRow last = ranked.isEmpty() ? null : ranked.getLast().step;
    List<StepRow> page = rows.steps().startable(last, PAGE);
    allRead = page.size() < PAGE;
    page.forEach(step -> ranked.add(candidate(step)));
    return !page.isEmpty();
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

  private Candidate candidate(StepRow step) {
    return byStep.computeIfAbsent(
        step.number(), ignored -> new Candidate(step, needs(step.needs()), rows, roster));
  }

  private SlotNeeds needs(String json) {
    return parsedNeeds.computeIfAbsent(json, Candidates::parse);
  }

  private static SlotNeeds parse(String json) {
    try {
      return Wire.mapper().readValue(json, SlotNeeds.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Stored needs '" + json + "' cannot be read.", e);
    }
  }
}
