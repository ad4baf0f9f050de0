package dev.stoker.controller.store;

import dev.stoker.controller.protocol.Finish;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A lease: the right of a node to run one attempt, or to carry out what that attempt was granted.
 *
 * @param number names it in this store; 0 before it is stored
 * @param id what nodes call it
 * @param recovery whether it carries out an earlier lease's manifest
 * @param sequence of the lease request that won it
 * @param project whose share of the nodes it takes
 * @param submitter whose share of the project's
 * @param tokens what it counts against limits, by their names
 * @param outcome how its holder ended it, null where it did not
 * @param report its holder's finish report
 * @param startedMillis milliseconds since 1970
 * @param endedMillis likewise; null while it is live
 */
public record LeaseRow(
    long number,
    String id,
    long jobNumber,
    long ordinal,
    int attempt,
    boolean recovery,
    long nodeNumber,
    String slotId,
    long sequence,
    String project,
    String submitter,
    Map<String, Integer> tokens,
    LeaseState state,
    Finish.@Nullable Outcome outcome,
    Finish.@Nullable Request report,
    long startedMillis,
    @Nullable Long endedMillis) {
  public LeaseRow {
    tokens = Map.copyOf(tokens);
  }
}
