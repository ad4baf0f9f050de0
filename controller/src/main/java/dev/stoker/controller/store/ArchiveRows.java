package dev.stoker.controller.store;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Makes small what is long over: jobs, nodes that are gone, the audit log. */
public final class ArchiveRows {
  private static final List<String> BY_TASK =
      List.of("logs", "thumbnails", "manifests", "leases", "tasks");
  private static final List<String> BY_JOB =
      List.of("submissions", "definitions", "job_targets", "job_inputs", "traces");

  private final Handle handle;

  ArchiveRows(Handle handle) {
    this.handle = handle;
  }

  /** Jobs that ended before a time, are whole, and of which nobody holds anything; oldest first. */
  public List<Long> due(long endedBeforeMillis, int limit) {
    return handle
        .createQuery(
            """
            select j.number from jobs j
            where j.archived = 0 and j.ended_millis < :before
              and not exists (select 1 from leases l
                where l.job_number = j.number and l.ended_millis is null)
              and not exists (select 1 from steps s
                where s.job_number = j.number and s.leased_tasks + s.committed_tasks > 0)
            order by j.ended_millis limit :limit
            """)
        .bind("before", endedBeforeMillis)
        .bind("limit", limit)
        .mapTo(Long.class)
        .list();
  }

  /** Archived jobs of which tasks are left; every task with a row was leased once. */
  public List<Long> remains(int limit) {
    return handle
        .createQuery(
            """
            select j.number from jobs j
            where j.archived = 1
              and exists (select 1 from leases l where l.job_number = j.number)
            order by j.number limit :limit
            """)
        .bind("limit", limit)
        .mapTo(Long.class)
        .list();
  }

  /** Forgets what was submitted; from then on nobody can start the job again. */
  public void begin(long jobNumber) {
    handle
        .createUpdate("update jobs set archived = 1 where number = :number")
        .bind("number", jobNumber)
        .execute();
    for (String table : BY_JOB) {
      handle
          .createUpdate("delete from " + table + " where job_number = :number")
          .bind("number", jobNumber)
          .execute();
    }
  }

  /** Forgets what is known of the tasks from one ordinal on and before another. */
  public void dropTasks(long jobNumber, long from, long to) {
    for (String table : BY_TASK) {
      handle
          .createUpdate(
              "delete from "
                  + table
                  + " where job_number = :number and ordinal >= :from and ordinal < :to")
          .bind("number", jobNumber)
          .bind("from", from)
          .bind("to", to)
          .execute();
    }
  }

  /** Nodes whose tokens ended before a time, of which no attempt is kept, and nobody drained. */
  public List<Long> goneNodes(long endedBeforeMillis, int limit) {
    return handle
        .createQuery(
            """
            select n.number from nodes n
            where n.token_expires_millis < :before and n.draining = 0
              and not exists (select 1 from leases l where l.node_number = n.number)
            order by n.number limit :limit
            """)
        .bind("before", endedBeforeMillis)
        .bind("limit", limit)
        .mapTo(Long.class)
        .list();
  }

  public void dropNode(long number) {
    handle
        .createUpdate("delete from nodes where number = :number")
        .bind("number", number)
        .execute();
  }

  /** Forgets the oldest deeds of those before a time, and says how many. */
  public int dropDeeds(long beforeMillis, int limit) {
    return handle
        .createUpdate(
            """
            delete from audit where at_millis < :before and number in (
              select number from audit order by number limit :limit)
            """)
        .bind("before", beforeMillis)
        .bind("limit", limit)
        .execute();
  }
}
