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

  final StepRows.Lane whose;
  private final QueueRows rows;
  private final Function<StepRow, Candidate> candidates;
  private final List<Candidate> ranked = new ArrayList<>();
  private int firstOpen;
  private boolean allRead;

  Lane(StepRows.Lane whose, QueueRows rows, Function<StepRow, Candidate> candidates) {
    this.whose = whose;
    this.rows = rows;
    this.candidates = candidates;
  }

  /** The first step that has something to start, null where none is left. */
  @Nullable Candidate head() {
    int at = firstOpen();
    return at < ranked.size() || readPage() ? ranked.get(at) : null;
  }

  /**
   * Takes the best task for a slot, null where nothing fits. The step whose session is open in the
   * slot comes before its equals; equal is what has the same priority, unless an earlier job has
   * nothing running.
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
      TaskRow task = candidate.take(node, lease);
      if (task != null) {
        return new Candidates.Taken(candidate, task);
      }
    }
    return null;
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
