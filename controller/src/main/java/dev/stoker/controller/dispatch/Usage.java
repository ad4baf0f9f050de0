package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.LeaseRow;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the live leases take of projects' shares and of limits. Not thread-safe: made for one round
 * or one question.
 */
final class Usage {
  private final Sharing sharing;
  private final Map<String, Integer> byProject = new HashMap<>();
  private final Map<Person, Integer> bySubmitter = new HashMap<>();
  private final Map<String, Integer> byLimit = new HashMap<>();
  private final Map<OnHost, Integer> byHost = new HashMap<>();

  private record Person(String project, String submitter) {}

  private record OnHost(String limit, long nodeNumber) {}

  Usage(Sharing sharing, LiveLeases live) {
    this.sharing = sharing;
    live.all().forEach(lease -> add(lease.row));
  }

  void add(LeaseRow lease) {
    byProject.merge(lease.project(), 1, Integer::sum);
    bySubmitter.merge(new Person(lease.project(), lease.submitter()), 1, Integer::sum);
    lease
        .tokens()
        .forEach(
            (limit, count) -> {
              byLimit.merge(limit, count, Integer::sum);
              byHost.merge(new OnHost(limit, lease.nodeNumber()), count, Integer::sum);
            });
  }

  /** Tasks running for each unit of a project's weight: the smallest is served first. */
  double load(String project) {
    return running(project) / sharing.project(project).weight();
  }

  int running(String project) {
    return byProject.getOrDefault(project, 0);
  }

  int running(String project, String submitter) {
    return bySubmitter.getOrDefault(new Person(project, submitter), 0);
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
      int used = byLimit.getOrDefault(name, 0);
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
      int onHost = byHost.getOrDefault(new OnHost(name, nodeNumber), 0);
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
