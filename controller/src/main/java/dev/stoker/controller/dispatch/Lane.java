package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Registration.Slot;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRow;
import dev.stoker.controller.store.StepRows;
import dev.stoker.controller.store.TaskRow;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one person has to start in one project, by rank: priority, then submission, then place in
 * the template. Read page by page, as far as a round needs it.
 */
final class Lane {
  private static final int PAGE = 64;

  /** A slot that fits none of so many steps waits for the next round: a round must stay short. */
  private static final int LONGEST_SEARCH = 5_000;

  /** A node that holds inputs of none of the next so many steps is as good for the first. */
  private static final int WARM_SEARCH = 32;

  final StepRows.Lane whose;
  private final QueueRows rows;
  private final Function<StepRow, Candidate> candidates;
  private final Warmth warmth;
  private final List<Candidate> ranked = new ArrayList<>();
  private int firstOpen;
  private boolean allRead;

  Lane(
      StepRows.Lane whose, QueueRows rows, Function<StepRow, Candidate> candidates, Warmth warmth) {
    this.whose = whose;
    this.rows = rows;
    this.candidates = candidates;
    this.warmth = warmth;
  }

  /** How many bytes of a step's inputs are in a node's cache. */
  @FunctionalInterface
  interface Warmth {
    long bytes(Candidate candidate, Member node);
  }

  /** The first step that has something to start, null where none is left. */
  @Nullable Candidate head() {
    int at = firstOpen();
    return at < ranked.size() || readPage() ? ranked.get(at) : null;
  }

  /**
   * Takes the best task for a slot, null where nothing fits. The step whose session is open in the
   * slot comes before its equals, then the one of whose inputs the node holds most; equal is what
   * has the same priority, unless an earlier job has nothing running.
   */
  Candidates.@Nullable Taken take(
      @Nullable Candidate session, Slot slot, Member node, long lease, Usage usage) {
    for (int i = firstOpen(); i < LONGEST_SEARCH && (i < ranked.size() || readPage()); i++) {
      Candidate candidate = ranked.get(i);
      if (!candidate.suits(slot, node, usage)) {
        continue;
      }
      if (session != null && session.suits(slot, node, usage) && comesFirst(session, candidate)) {
        TaskRow task = session.take(node, lease);
        if (task != null) {
          return new Candidates.Taken(session, task);
        }
      }
      Candidate warmest = warmest(i, slot, node, usage);
      TaskRow warm = warmest == candidate ? null : warmest.take(node, lease);
      if (warm != null) {
        return new Candidates.Taken(warmest, warm);
      }
      TaskRow task = candidate.take(node, lease);
      if (task != null) {
        return new Candidates.Taken(candidate, task);
      }
    }
    return null;
  }

  /** Of a step and its equals behind it the one of whose inputs the node holds most. */
  private Candidate warmest(int first, Slot slot, Member node, Usage usage) {
    Candidate best = ranked.get(first);
    if (node.holds.isEmpty() || best.leased() == 0) {
      return best;
    }
    long most = warmth.bytes(best, node);
    int priority = best.step.priority();
    for (int i = first + 1; i < first + WARM_SEARCH && (i < ranked.size() || readPage()); i++) {
      Candidate other = ranked.get(i);
      if (other.step.priority() != priority) {
        break;
      }
      long bytes = other.isEmpty() ? 0 : warmth.bytes(other, node);
      if (bytes > most && other.suits(slot, node, usage)) {
        best = other;
        most = bytes;
      }
    }
    return best;
  }

  private static boolean comesFirst(Candidate session, Candidate best) {
    boolean earlier = session.step.jobNumber() <= best.step.jobNumber();
    return session.step.priority() >= best.step.priority() && (earlier || best.leased() > 0);
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
    List<StepRow> page = rows.steps().startable(whose, last, PAGE);
    allRead = page.size() < PAGE;
    page.forEach(step -> ranked.add(candidates.apply(step)));
    return !page.isEmpty();
  }
}
