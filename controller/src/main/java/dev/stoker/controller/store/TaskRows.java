package dev.stoker.controller.store;

import dev.stoker.controller.protocol.Jobs.TaskState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Tasks that were leased at least once. */
public final class TaskRows {
  private final Handle handle;

  TaskRows(Handle handle) {
    this.handle = handle;
  }

  public void put(TaskRow task) {
    putAll(List.of(task));
  }

  /** Stores tasks, each of them another. */
  public void putAll(List<TaskRow> tasks) {
    if (tasks.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            insert into tasks (job_number, ordinal, state, attempt, failures, losses, lease_number,
              not_before_millis)
            values (:jobNumber, :ordinal, :state, :attempt, :failures, :losses, :leaseNumber,
              :notBefore)
            on conflict (job_number, ordinal) do update set state = excluded.state,
              attempt = excluded.attempt, failures = excluded.failures, losses = excluded.losses,
              lease_number = excluded.lease_number,
              not_before_millis = excluded.not_before_millis
            """);
    for (TaskRow task : tasks) {
      batch
          .bind("jobNumber", task.jobNumber())
          .bind("ordinal", task.ordinal())
          .bind("state", task.state().name())
          .bind("attempt", task.attempt())
          .bind("failures", task.failures())
          .bind("losses", task.losses())
          .bind("leaseNumber", task.leaseNumber())
          .bind("notBefore", task.notBeforeMillis())
          .add();
    }
    batch.execute();
  }

  public Optional<TaskRow> find(long jobNumber, long ordinal) {
    return handle
        .createQuery("select * from tasks where job_number = :jobNumber and ordinal = :ordinal")
        .bind("jobNumber", jobNumber)
        .bind("ordinal", ordinal)
        .map((row, context) -> task(row))
        .findOne();
  }

  /** Tasks of a job from one ordinal on and before another, in order. */
  public List<TaskRow> between(long jobNumber, long from, long to, int limit) {
    return handle
        .createQuery(
            """
            select * from tasks where job_number = :jobNumber and ordinal >= :from and ordinal < :to
            order by ordinal limit :limit
            """)
        .bind("jobNumber", jobNumber)
        .bind("from", from)
        .bind("to", to)
        .bind("limit", limit)
        .map((row, context) -> task(row))
        .list();
  }

  /**
   * Ready tasks with a row that may start now, in order, from one ordinal on and before another.
   */
  public List<TaskRow> ready(long jobNumber, long from, long to, long nowMillis, int limit) {
    return handle
        .createQuery(
            """
            select * from tasks where state = 'READY' and job_number = :jobNumber
              and ordinal >= :from and ordinal < :to and not_before_millis <= :now
            order by ordinal limit :limit
            """)
        .bind("jobNumber", jobNumber)
        .bind("from", from)
        .bind("to", to)
        .bind("now", nowMillis)
        .bind("limit", limit)
        .map((row, context) -> task(row))
        .list();
  }

  /** When tasks that failed may start again, of those to come. */
  public List<Long> startsToCome(long nowMillis, int limit) {
    return handle
        .createQuery(
            """
            select distinct not_before_millis from tasks
            where state = 'READY' and not_before_millis > :now
            order by not_before_millis limit :limit
            """)
        .bind("now", nowMillis)
        .bind("limit", limit)
        .mapTo(Long.class)
        .list();
  }

  /** Tasks whose manifest was granted and that nobody carries out, oldest job first. */
  public List<TaskRow> adrift(int limit) {
    return handle
        .createQuery(
            """
            select * from tasks where state = 'COMMITTED' and lease_number = 0
            order by job_number, ordinal limit :limit
            """)
        .bind("limit", limit)
        .map((row, context) -> task(row))
        .list();
  }

  /** Tasks of a job that nodes hold, in order. */
  public List<TaskRow> held(long jobNumber, int limit) {
    return handle
        .createQuery(
            """
            select t.* from leases l join tasks t
              on t.job_number = l.job_number and t.ordinal = l.ordinal
                and t.lease_number = l.number
            where l.job_number = :jobNumber and l.ended_millis is null
            order by t.ordinal limit :limit
            """)
        .bind("jobNumber", jobNumber)
        .bind("limit", limit)
        .map((row, context) -> task(row))
        .list();
  }

  /** Moves tasks with a row from one state to another, and returns how many. */
  public long move(long jobNumber, long from, long to, TaskState old, TaskState now) {
    return handle
        .createUpdate(
            """
            update tasks set state = :now, failures = 0, losses = 0, lease_number = 0,
              not_before_millis = 0
            where job_number = :jobNumber and ordinal >= :from and ordinal < :to and state = :old
            """)
        .bind("jobNumber", jobNumber)
        .bind("from", from)
        .bind("to", to)
        .bind("old", old.name())
        .bind("now", now.name())
        .execute();
  }

  /**
   * How many tasks of each kind there are in each of the equal parts that tasks with a row fall in.
   *
   * @param tried whether it failed before
   */
  public record Share(long part, TaskState state, boolean tried, long count) {}

  /** Counts a job's tasks that have a row, part by part, each of so many ordinals. */
  public List<Share> shares(long jobNumber, long ordinalsInPart) {
    return handle
        .createQuery(
            """
            select ordinal / :size as part, state,
              case when failures > 0 then 1 else 0 end as tried, count(*) as tasks
            from tasks where job_number = :jobNumber group by 1, 2, 3 order by 1
            """)
        .bind("size", ordinalsInPart)
        .bind("jobNumber", jobNumber)
        .map(
            (row, context) ->
                new Share(
                    row.getLong(1),
                    TaskState.valueOf(row.getString(2)),
                    row.getInt(3) == 1,
                    row.getLong(4)))
        .list();
  }

  /** Ordinals of a job's tasks that failed for good, from one on, in order. */
  public List<Long> failed(long jobNumber, long from, int limit) {
    return handle
        .createQuery(
            """
            select ordinal from tasks
            where state = 'FAILED' and job_number = :jobNumber and ordinal >= :from
            order by ordinal limit :limit
            """)
        .bind("jobNumber", jobNumber)
        .bind("from", from)
        .bind("limit", limit)
        .mapTo(Long.class)
        .list();
  }

  private static TaskRow task(ResultSet row) throws SQLException {
    return task(row, "");
  }

  /** A task whose columns bear a prefix, since those of other tables stand beside them. */
  static TaskRow task(ResultSet row, String prefix) throws SQLException {
    return new TaskRow(
        row.getLong(prefix + "job_number"),
        row.getLong(prefix + "ordinal"),
        TaskState.valueOf(row.getString(prefix + "state")),
        row.getInt(prefix + "attempt"),
        row.getInt(prefix + "failures"),
        row.getInt(prefix + "losses"),
        row.getLong(prefix + "lease_number"),
        row.getLong(prefix + "not_before_millis"));
  }
}
