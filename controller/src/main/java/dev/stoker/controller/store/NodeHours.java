package dev.stoker.controller.store;

import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** How long nodes were there, by day and kind. */
public final class NodeHours {
  private final Handle handle;

  NodeHours(Handle handle) {
    this.handle = handle;
  }

  /** Machines that cost the same. */
  public record Kind(String vmSize, boolean spot) {}

  /**
   * @param day since 1970, UTC
   * @param millis of all nodes of a kind together
   */
  public record Day(long day, Kind kind, long millis) {}

  /** Up to when time was counted, in milliseconds since 1970; 0 before the first time. */
  public long countedUntil() {
    return handle
        .createQuery("select counted_until_millis from accounting")
        .mapTo(Long.class)
        .one();
  }

  /** Counts a span for so many nodes of each kind. */
  public void count(long untilMillis, long spanMillis, long day, Map<Kind, Long> nodes) {
    handle
        .createUpdate("update accounting set counted_until_millis = :until")
        .bind("until", untilMillis)
        .execute();
    nodes.forEach(
        (kind, count) ->
            handle
                .createUpdate(
                    """
                    insert into node_hours (day, vm_size, spot, millis)
                    values (:day, :size, :spot, :millis)
                    on conflict (day, vm_size, spot) do update
                      set millis = node_hours.millis + excluded.millis
                    """)
                .bind("day", day)
                .bind("size", kind.vmSize())
                .bind("spot", kind.spot() ? 1 : 0)
                .bind("millis", spanMillis * count)
                .execute());
  }

  /** What was counted from a day on. */
  public List<Day> since(long day) {
    return handle
        .createQuery("select * from node_hours where day >= :day order by day, vm_size, spot")
        .bind("day", day)
        .map(
            (row, context) ->
                new Day(
                    row.getLong("day"),
                    new Kind(row.getString("vm_size"), row.getInt("spot") == 1),
                    row.getLong("millis")))
        .list();
  }
}
