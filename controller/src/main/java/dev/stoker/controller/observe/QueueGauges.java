package dev.stoker.controller.observe;

import dev.stoker.controller.dispatch.Figures;
import dev.stoker.controller.dispatch.Queue;
import dev.stoker.controller.store.StoreException;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;

/** What the queue holds, read when somebody looks; nothing where it cannot be read. */
public final class QueueGauges implements MultiCollector {
  private static final Logger LOG = System.getLogger(QueueGauges.class.getName());

  private final Queue queue;

  public QueueGauges(Queue queue) {
    this.queue = queue;
  }

  @Override
  public MetricSnapshots collect() {
    Figures figures;
    try {
      figures = queue.figures();
    } catch (StoreException e) {
      LOG.log(Level.DEBUG, "The queue cannot be counted now: {0}", e.getMessage());
      return new MetricSnapshots();
    }
    GaugeSnapshot.Builder tasks =
        family("stoker_controller_tasks", "Tasks of stored jobs, by project and state");
    figures
        .tasks()
        .forEach(
            each ->
                tasks.dataPoint(
                    point(
                        each.count(),
                        Labels.of("project", each.project(), "state", each.state()))));
    return MetricSnapshots.of(
        tasks.build(),
        byState("stoker_controller_jobs", "Stored jobs, by state", figures.jobs()),
        byState("stoker_controller_nodes", "Registered nodes, by state", figures.nodes()),
        single("stoker_controller_leases", "Leases that are held", figures.liveLeases()),
        single(
            "stoker_controller_notices_waiting",
            "Words of jobs' ends that are not delivered yet",
            figures.notices()));
  }

  private static GaugeSnapshot byState(String name, String help, Map<String, Long> counts) {
    GaugeSnapshot.Builder family = family(name, help);
    counts.forEach((state, count) -> family.dataPoint(point(count, Labels.of("state", state))));
    return family.build();
  }

  private static GaugeSnapshot single(String name, String help, long value) {
    return family(name, help).dataPoint(point(value, Labels.EMPTY)).build();
  }

  private static GaugeSnapshot.Builder family(String name, String help) {
    return GaugeSnapshot.builder().name(name).help(help);
  }

  private static GaugeDataPointSnapshot point(long value, Labels labels) {
    return GaugeDataPointSnapshot.builder().value((double) value).labels(labels).build();
  }
}
