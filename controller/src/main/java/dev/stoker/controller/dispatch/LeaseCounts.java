package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.LeaseRow;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many leases there are of each project, submitter, limit, and limit on a node: kept in step as
 * leases come and go, since thousands are live and each round asks. Thread-safe; one count may be
 * read before another that belongs to the same lease.
 */
final class LeaseCounts {
  private final Map<String, Integer> byProject = new ConcurrentHashMap<>();
  private final Map<Person, Integer> bySubmitter = new ConcurrentHashMap<>();
  private final Map<String, Integer> byLimit = new ConcurrentHashMap<>();
  private final Map<OnHost, Integer> byHost = new ConcurrentHashMap<>();

  private record Person(String project, String submitter) {}

  private record OnHost(String limit, long nodeNumber) {}

  void clear() {
    byProject.clear();
    bySubmitter.clear();
    byLimit.clear();
    byHost.clear();
  }

  void add(LeaseRow lease) {
    count(lease, 1);
  }

  void remove(LeaseRow lease) {
    count(lease, -1);
  }

  private void count(LeaseRow lease, int sign) {
    change(byProject, lease.project(), sign);
    change(bySubmitter, new Person(lease.project(), lease.submitter()), sign);
    lease
        .tokens()
        .forEach(
            (limit, tokens) -> {
              change(byLimit, limit, sign * tokens);
              change(byHost, new OnHost(limit, lease.nodeNumber()), sign * tokens);
            });
  }

  /** What comes to nothing is forgotten, or names of years would gather. */
  private static <K> void change(Map<K, Integer> counts, K what, int by) {
    counts.compute(
        what,
        (ignored, before) -> {
          int after = (before == null ? 0 : before) + by;
          return after == 0 ? null : after;
        });
  }

  int ofProject(String project) {
    return byProject.getOrDefault(project, 0);
  }

  int ofSubmitter(String project, String submitter) {
    return bySubmitter.getOrDefault(new Person(project, submitter), 0);
  }

  int tokens(String limit) {
    return byLimit.getOrDefault(limit, 0);
  }

  int tokensOnNode(String limit, long nodeNumber) {
    return byHost.getOrDefault(new OnHost(limit, nodeNumber), 0);
  }
}
