package dev.stoker.controller.store;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Whom jobs' ends are told, and what is still to be told. */
public final class NoticeRows {
  private final Handle handle;

  NoticeRows(Handle handle) {
    this.handle = handle;
  }

  /** A submission names somebody to be told of its end. */
  public void addTarget(long jobNumber, String target) {
    handle
        .createUpdate(
            """
            insert into job_targets (job_number, target) values (:job, :target)
            on conflict (job_number, target) do nothing
            """)
        .bind("job", jobNumber)
        .bind("target", target)
        .execute();
  }

  /** Whom a submission named. */
  public List<String> targets(long jobNumber) {
    return handle
        .createQuery("select target from job_targets where job_number = :job order by target")
        .bind("job", jobNumber)
        .mapTo(String.class)
        .list();
  }

  public void add(NoticeRow notice) {
    handle
        .createUpdate(
            """
            insert into notices (id, target, body, created_millis, next_millis, tries)
            values (:id, :target, :body, :created, :next, :tries)
            """)
        .bind("id", notice.id())
        .bind("target", notice.target())
        .bind("body", notice.body())
        .bind("created", notice.createdMillis())
        .bind("next", notice.nextMillis())
        .bind("tries", notice.tries())
        .execute();
  }

  /** How many are not delivered yet. */
  public int count() {
    return handle.createQuery("select count(*) from notices").mapTo(Integer.class).one();
  }

  /** Those to be tried by now, the longest due first. */
  public List<NoticeRow> due(long nowMillis, int limit) {
    return handle
        .createQuery(
            """
            select number, id, target, body, created_millis, next_millis, tries from notices
            where next_millis <= :now order by next_millis, number limit :limit
            """)
        .bind("now", nowMillis)
        .bind("limit", limit)
        .map(
            (row, context) ->
                new NoticeRow(
                    row.getLong(1),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    row.getLong(5),
                    row.getLong(6),
                    row.getInt(7)))
        .list();
  }

  /** Stores when it is to be tried, and how often it was. */
  public void reschedule(NoticeRow notice) {
    handle
        .createUpdate(
            "update notices set next_millis = :next, tries = :tries where number = :number")
        .bind("number", notice.number())
        .bind("next", notice.nextMillis())
        .bind("tries", notice.tries())
        .execute();
  }

  public void remove(long number) {
    handle
        .createUpdate("delete from notices where number = :number")
        .bind("number", number)
        .execute();
  }
}
