package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.LeaseRow;
import java.util.Map;
import java.util.Optional;

/**
 * What leases take of projects' shares and of limits: those that are live, and those that one round
 * has just granted. Not thread-safe: made for one round or one question.
 */
final class Usage {
  private final Sharing sharing;
  private final LeaseCounts live;
  private final LeaseCounts granted = new LeaseCounts();

  Usage(Sharing sharing, LiveLeases leases) {
    this.sharing = sharing;
    this.live = leases.counts();
  }

  void add(LeaseRow lease) {
    granted.add(lease);
  }

  /** Tasks running for each unit of a project's weight: the smallest is served first. */
  double load(String project) {
    return running(project) / sharing.project(project).weight();
  }

  int running(String project) {
    return live.ofProject(project) + granted.ofProject(project);
  }

  int running(String project, String submitter) {
    return live.ofSubmitter(project, submitter) + granted.ofSubmitter(project, submitter);
  }

  boolean isAtCap(String project) {
    int cap = sharing.project(project).cap();
    return cap > 0 && running(project) >= cap;
  }

  /** The first limit that has too few tokens left for a step on a node, in words. */
  Optional<String> missingToken(Map<String, Integer> wanted, long nodeNumber) {
    for (Map.Entry<String, Integer> want : wanted.entrySet()) {
      String name = want.getKey();
      Sharing.Limit limit = sharing.limits().getOrDefault(name, new Sharing.Limit(0, 0));
      int used = live.tokens(name) + granted.tokens(name);
      if (used + want.getValue() > limit.total()) {
        return Optional.of(
            "Limit "
                + name
                + " has "
                + used
                + " of "
                + limit.total()
                + " in use, and it needs "
                + want.getValue()
                + ".");
      }
      int onHost = live.tokensOnNode(name, nodeNumber) + granted.tokensOnNode(name, nodeNumber);
      if (limit.perHost() > 0 && onHost + want.getValue() > limit.perHost()) {
        return Optional.of(
            "Limit "
                + name
                + " has "
                + onHost
                + " of "
                + limit.perHost()
                + " in use on the node, and it needs "
                + want.getValue()
                + ".");
      }
    }
    return Optional.empty();
  }
}
