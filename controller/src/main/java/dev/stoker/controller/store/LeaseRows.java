package dev.stoker.controller.store;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.stoker.controller.protocol.Finish;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Leases, live and ended. */
public final class LeaseRows {
  private static final TypeReference<Map<String, Integer>> TOKENS = new TypeReference<>() {};

  private final Handle handle;

  LeaseRows(Handle handle) {
    this.handle = handle;
  }

  /** The number that the next lease takes. */
  public long nextNumber() {
    return handle
        .createQuery("select coalesce(max(number), 0) + 1 from leases")
        .mapTo(Long.class)
        .one();
  }

  /** Stores new leases. */
  public void addAll(List<LeaseRow> leases) {
    if (leases.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            insert into leases (number, id, job_number, ordinal, attempt, recovery, node_number,
              slot_id, sequence, project, submitter, tokens, state, outcome, report, started_millis, ended_millis)
            values (:number, :id, :jobNumber, :ordinal, :attempt, :recovery, :nodeNumber,
              :slotId, :sequence, :project, :submitter, :tokens, :state, null, null, :startedMillis, null)
            """);
    for (LeaseRow lease : leases) {
      batch
          .bind("number", lease.number())
          .bind("id", lease.id())
          .bind("jobNumber", lease.jobNumber())
          .bind("ordinal", lease.ordinal())
          .bind("attempt", lease.attempt())
          .bind("recovery", lease.recovery() ? 1 : 0)
          .bind("nodeNumber", lease.nodeNumber())
          .bind("slotId", lease.slotId())
          .bind("sequence", lease.sequence())
          .bind("project", lease.project())
          .bind("submitter", lease.submitter())
          .bind("tokens", lease.tokens().isEmpty() ? "" : StoredJson.write(lease.tokens()))
          .bind("state", lease.state().name())
          .bind("startedMillis", lease.startedMillis())
          .add();
    }
    batch.execute();
  }

  public Optional<LeaseRow> find(long number) {
    return handle
        .createQuery("select * from leases where number = :number")
        .bind("number", number)
        .map((row, context) -> lease(row))
        .findOne();
  }

  /** A lease, the task that it is or was for, and that task's job. */
  public record Whole(LeaseRow lease, TaskRow task, JobRow job) {}

  /** The same with its task and its job, in one statement: what each commit and report reads. */
  public Optional<Whole> whole(long number) {
    return handle
        .createQuery(
            """
            select l.*, t.job_number as task_job_number, t.ordinal as task_ordinal,
              t.state as task_state, t.attempt as task_attempt, t.failures as task_failures,
              t.losses as task_losses, t.lease_number as task_lease_number,
              t.not_before_millis as task_not_before_millis, j.id as job_id, j.name as job_name,
              j.project as job_project, j.submitter as job_submitter, j.priority as job_priority,
              j.state as job_state, j.message as job_message, j.max_attempts as job_max_attempts,
              j.submitted_millis as job_submitted_millis, j.ended_millis as job_ended_millis,
              j.archived as job_archived
            from leases l
              join tasks t on t.job_number = l.job_number and t.ordinal = l.ordinal
              join jobs j on j.number = l.job_number
            where l.number = :number
            """)
        .bind("number", number)
        .map(
            (row, context) ->
                new Whole(lease(row), TaskRows.task(row, "task_"), JobRows.job(row, "job_")))
        .findOne();
  }

  /** All leases that nodes hold. */
  public List<LeaseRow> live() {
    return handle
        .createQuery("select * from leases where ended_millis is null order by number")
        .map((row, context) -> lease(row))
        .list();
  }

  /** The leases that nodes hold on tasks of a job. */
  public List<LeaseRow> liveOfJob(long jobNumber) {
    return handle
        .createQuery(
            """
            select * from leases where ended_millis is null and job_number = :jobNumber
            order by ordinal
            """)
        .bind("jobNumber", jobNumber)
        .map((row, context) -> lease(row))
        .list();
  }

  /** Every lease of the tasks from one ordinal on and before another, by task and age. */
  public List<LeaseRow> ofTasks(long jobNumber, long from, long to) {
    return handle
        .createQuery(
            """
            select * from leases
            where job_number = :jobNumber and ordinal >= :from and ordinal < :to
            order by ordinal, number
            """)
        .bind("jobNumber", jobNumber)
        .bind("from", from)
        .bind("to", to)
        .map((row, context) -> lease(row))
        .list();
  }

  /** Nodes on which a task failed, or which were lost with it. */
  public Set<Long> nodesThatFailed(long jobNumber, long ordinal) {
    return new HashSet<>(
        handle
            .createQuery(
                """
                select distinct node_number from leases
                where job_number = :jobNumber and ordinal = :ordinal
                  and (outcome = 'FAILED' or state = 'EXPIRED')
                  and (report is null or report not like '%"retry":"HERE"%')
                """)
            .bind("jobNumber", jobNumber)
            .bind("ordinal", ordinal)
            .mapTo(Long.class)
            .list());
  }

  /** How long a job's leases held a slot of a node, in all. */
  public record Held(long nodeNumber, String slotId, long millis) {}

  /** How long a job held which slots, up to a time. */
  public List<Held> timeHeld(long jobNumber, long nowMillis) {
    return handle
        .createQuery(
            """
            select node_number, slot_id, sum(coalesce(ended_millis, :now) - started_millis)
            from leases where job_number = :jobNumber group by 1, 2
            """)
        .bind("now", nowMillis)
        .bind("jobNumber", jobNumber)
        .map((row, context) -> new Held(row.getLong(1), row.getString(2), row.getLong(3)))
        .list();
  }

  /** Forgets which requests won a node's leases: its requests count anew. */
  public void forgetSequences(long nodeNumber) {
    handle
        .createUpdate(
            """
            update leases set sequence = 0
            where ended_millis is null and node_number = :nodeNumber
            """)
        .bind("nodeNumber", nodeNumber)
        .execute();
  }

  public void setCanceling(long number) {
    handle
        .createUpdate("update leases set state = 'CANCELING' where number = :number")
        .bind("number", number)
        .execute();
  }

  /** Ends a lease, with its holder's report where there is one. */
  public void end(
      long number, LeaseState state, Finish.@Nullable Request report, long endedMillis) {
    handle
        .createUpdate(
            """
            update leases set state = :state, outcome = :outcome, report = :report,
              ended_millis = :endedMillis
            where number = :number
            """)
        .bind("number", number)
        .bind("state", state.name())
        .bind("outcome", report == null ? null : report.outcome().name())
        .bind("report", report == null ? null : StoredJson.write(report))
        .bind("endedMillis", endedMillis)
        .execute();
  }

  private static LeaseRow lease(ResultSet row) throws SQLException {
    long ended = row.getLong("ended_millis");
    Long endedMillis = row.wasNull() ? null : Long.valueOf(ended);
    String outcome = row.getString("outcome");
    String report = row.getString("report");
    String tokens = row.getString("tokens");
    return new LeaseRow(
        row.getLong("number"),
        row.getString("id"),
        row.getLong("job_number"),
        row.getLong("ordinal"),
        row.getInt("attempt"),
        row.getInt("recovery") == 1,
        row.getLong("node_number"),
        row.getString("slot_id"),
        row.getLong("sequence"),
        row.getString("project"),
        row.getString("submitter"),
        tokens.isEmpty() ? Map.of() : StoredJson.read(tokens, TOKENS),
        LeaseState.valueOf(row.getString("state")),
        outcome == null ? null : Finish.Outcome.valueOf(outcome),
        report == null ? null : StoredJson.read(report, Finish.Request.class),
        row.getLong("started_millis"),
        endedMillis);
  }
}
