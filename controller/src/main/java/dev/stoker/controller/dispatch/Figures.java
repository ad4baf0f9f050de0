package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.TaskCounts;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How much there is of what.
 *
 * @param tasks of jobs that are stored, by project and state
 * @param jobs by state
 * @param nodes by state, as people are shown it
 * @param liveLeases leases that are held
 * @param notices words of jobs' ends that are not delivered yet
 */
public record Figures(
    List<Tasks> tasks,
    Map<String, Long> jobs,
    Map<String, Long> nodes,
    int liveLeases,
    int notices) {
  public Figures {
    tasks = List.copyOf(tasks);
    jobs = Map.copyOf(jobs);
    nodes = Map.copyOf(nodes);
  }

  static Stream<Tasks> of(String project, TaskCounts counts) {
    return Stream.of(
        new Tasks(project, "open", counts.open()),
        new Tasks(project, "leased", counts.leased()),
        new Tasks(project, "committed", counts.committed()),
        new Tasks(project, "succeeded", counts.succeeded()),
        new Tasks(project, "failed", counts.failed()),
        new Tasks(project, "canceled", counts.canceled()));
  }

  /**
   * @param state {@code open} (waiting or ready), or as {@code Jobs.TaskState} in lower case
   */
  public record Tasks(String project, String state, long count) {}
}
