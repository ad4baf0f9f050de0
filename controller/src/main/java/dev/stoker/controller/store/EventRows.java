package dev.stoker.controller.store;

import com.fasterxml.jackson.core.type.TypeReference;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Events in the order of the transactions that told them; PostgreSQL only. */
final class EventRows {
  /** A controller that was away for longer reads the whole queue anew. */
  private static final Duration KEPT = Duration.ofMinutes(5);

  /** So that deleting costs a transaction in so many. */
  private static final int FORGET_EVERY = 500;

  private static final int PAGE = 1_000;
  private static final String NOW = "(extract(epoch from clock_timestamp()) * 1000)::bigint";
  private static final TypeReference<List<QueueEvent>> EVENTS = new TypeReference<>() {};

  private final Handle handle;

  EventRows(Handle handle) {
    this.handle = handle;
  }

  /**
   * What one transaction told.
   *
   * @param ageMillis how long ago, by the database's clock
   */
  record Told(long number, long ageMillis, List<QueueEvent> events) {}

  long newest() {
    return handle
        .createQuery("select coalesce(max(number), 0) from events")
        .mapTo(Long.class)
        .one();
  }

  /** What was told after a number, oldest first; not necessarily all of it. */
  List<Told> after(long number) {
    return handle
        .createQuery(
            "select number, greatest(0, "
                + NOW
                + " - at_millis), body from events where number > :number order by number limit "
                + PAGE)
        .bind("number", number)
        .map(
            (row, context) ->
                new Told(row.getLong(1), row.getLong(2), StoredJson.read(row.getString(3), EVENTS)))
        .list();
  }

  void add(long number, List<QueueEvent> events) {
    handle
        .createUpdate("insert into events values (:number, " + NOW + ", :body)")
        .bind("number", number)
        .bind("body", StoredJson.write(events, EVENTS))
        .execute();
    if (number % FORGET_EVERY == 0) {
      handle
          .createUpdate("delete from events where at_millis < " + NOW + " - :kept")
          .bind("kept", KEPT.toMillis())
          .execute();
    }
  }
}
