package dev.stoker.controller.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** Steps, their counters, and what they wait for. */
public final class StepRows {
  private static final String ADD_COUNTS =
      """
      update steps set open_tasks = open_tasks + :open, leased_tasks = leased_tasks + :leased,
        committed_tasks = committed_tasks + :committed,
        succeeded_tasks = succeeded_tasks + :succeeded,
        failed_tasks = failed_tasks + :failed, canceled_tasks = canceled_tasks + :canceled""";

  private final Handle handle;

  StepRows(Handle handle) {
    this.handle = handle;
  }

  /** Stores a new step whose tasks all wait; {@code needsPositions} are the steps it depends on. */
  public void add(StepRow step, List<Integer> needsPositions) {
    handle
        .createUpdate(
            """
            insert into steps (job_number, position, name, first_ordinal, task_count, next_index,
              unmet, held, project, submitter, priority, open_tasks, leased_tasks, committed_tasks, succeeded_tasks,
              failed_tasks, canceled_tasks, needs)
            values (:jobNumber, :position, :name, :firstOrdinal, :taskCount, 0,
              :unmet, 0, :project, :submitter, :priority, :taskCount, 0, 0, 0, 0, 0, :needs)
            """)
        .bind("jobNumber", step.jobNumber())
        .bind("position", step.position())
        .bind("name", step.name())
        .bind("firstOrdinal", step.firstOrdinal())
        .bind("taskCount", step.taskCount())
        .bind("unmet", step.unmet())
        .bind("project", step.project())
        .bind("submitter", step.submitter())
        .bind("priority", step.priority())
        .bind("needs", step.needs())
        .execute();
    for (int needed : needsPositions) {
      handle
          .createUpdate("insert into step_dependencies values (:jobNumber, :position, :needed)")
          .bind("jobNumber", step.jobNumber())
          .bind("position", step.position())
          .bind("needed", needed)
          .execute();
    }
  }

  /** How many tasks of stored jobs are where, by project. */
  public Map<String, TaskCounts> countsByProject() {
    return handle
        .createQuery(
            """
            select project, sum(open_tasks), sum(leased_tasks), sum(committed_tasks),
              sum(succeeded_tasks), sum(failed_tasks), sum(canceled_tasks)
            from steps group by project
            """)
        .reduceRows(
            new TreeMap<>(),
            (all, row) -> {
              all.put(
                  row.getColumn(1, String.class),
                  new TaskCounts(
                      row.getColumn(2, Long.class),
                      row.getColumn(3, Long.class),
                      row.getColumn(4, Long.class),
                      row.getColumn(5, Long.class),
                      row.getColumn(6, Long.class),
                      row.getColumn(7, Long.class)));
              return all;
            });
  }

  /** The job's steps in template order. */
  public List<StepRow> ofJob(long jobNumber) {
    return handle
        .createQuery("select * from steps where job_number = :jobNumber order by position")
        .bind("jobNumber", jobNumber)
        .map((row, context) -> step(row))
        .list();
  }

  /** How many tasks unfinished jobs have in which state; the open ones of steps that wait apart. */
  public record Open(boolean waiting, TaskCounts counts) {}

  /** Tasks of unfinished jobs; of some projects only, or of all where none is named. */
  public List<Open> ofUnfinished(Set<String> projects) {
    String mine = projects.isEmpty() ? "" : "and j.project in (<projects>) ";
    var query =
        handle.createQuery(
            "select case when s.unmet > 0 then 1 else 0 end, sum(open_tasks), sum(leased_tasks),"
                + " sum(committed_tasks), sum(succeeded_tasks), sum(failed_tasks),"
                + " sum(canceled_tasks) from jobs j join steps s on s.job_number = j.number"
                + " where j.state in ('QUEUED', 'RUNNING', 'SUSPENDED') "
                + mine
                + "group by 1");
    if (!projects.isEmpty()) {
      query.bindList("projects", List.copyOf(projects));
    }
    return query
        .map(
            (row, context) ->
                new Open(
                    row.getInt(1) == 1,
                    new TaskCounts(
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.getLong(7))))
        .list();
  }

  /** The positions of the steps that a step of a job depends on. */
  public Set<Integer> needs(long jobNumber, int position) {
    return Set.copyOf(
        handle
            .createQuery(
                """
                select needs_position from step_dependencies
                where job_number = :jobNumber and position = :position
                """)
            .bind("jobNumber", jobNumber)
            .bind("position", position)
            .mapTo(Integer.class)
            .list());
  }

  /** The step that a task belongs to. */
  public StepRow ofTask(long jobNumber, long ordinal) {
    return handle
        .createQuery(
            """
            select * from steps where job_number = :jobNumber and first_ordinal <= :ordinal
            order by first_ordinal desc limit 1
            """)
        .bind("jobNumber", jobNumber)
        .bind("ordinal", ordinal)
        .map((row, context) -> step(row))
        .one();
  }

  /** Whose jobs take turns with whose. */
  public record Lane(String project, String submitter) {}

  /** The lanes that have tasks to start, after a lane in the order of their names. */
  public Optional<Lane> nextLane(@Nullable Lane after) {
    String beyond = after == null ? "" : " and (project, submitter) > (:project, :submitter)";
    var query =
        handle.createQuery(
            "select project, submitter from steps where open_tasks > 0 and unmet = 0 and held = 0"
                + beyond
                + " order by project, submitter limit 1");
    if (after != null) {
      query.bind("project", after.project()).bind("submitter", after.submitter());
    }
    return query.map((row, context) -> new Lane(row.getString(1), row.getString(2))).findOne();
  }

  /**
   * Steps of a lane that have tasks to start, by rank: priority, then submission, then place in the
   * template.
   *
   * @param after the last one of the page before; null for the first page
   */
  public List<StepRow> startable(Lane lane, @Nullable StepRow after, int limit) {
    String beyond =
        after == null
            ? ""
            : """
            and priority <= :priority
            and (priority < :priority or job_number > :jobNumber
              or (job_number = :jobNumber and position > :position))
            """;
    var query =
        handle
            .createQuery(
                "select * from steps where open_tasks > 0 and unmet = 0 and held = 0"
                    + " and project = :project and submitter = :submitter "
                    + beyond
                    + " order by priority desc, job_number, position limit :limit")
            .bind("project", lane.project())
            .bind("submitter", lane.submitter())
            .bind("limit", limit);
    if (after != null) {
      query
          .bind("priority", after.priority())
          .bind("jobNumber", after.jobNumber())
          .bind("position", after.position());
    }
    return query.map((row, context) -> step(row)).list();
  }

  /** A step by its job's id and its name. */
  public Optional<StepRow> find(String jobId, String name) {
    return handle
        .createQuery(
            """
            select s.* from jobs j join steps s on s.job_number = j.number
            where j.id = :jobId and s.name = :name
            """)
        .bind("jobId", jobId)
        .bind("name", name)
        .map((row, context) -> step(row))
        .findOne();
  }

  /** Adds to the counters, and sets the index of the first task without a row. */
  public void count(long number, TaskCounts change, long nextIndex) {
    adding(
            change,
            handle.createUpdate(ADD_COUNTS + ", next_index = :nextIndex where number = :number"))
        .bind("number", number)
        .bind("nextIndex", nextIndex)
        .execute();
  }

  /**
   * Adds to the counters of the step that a task belongs to: the step as it is then. One statement,
   * since each is a round trip to PostgreSQL and two of them come with every task's end.
   */
  public StepRow count(long jobNumber, long ordinal, TaskCounts change) {
    return adding(
            change,
            handle.createQuery(
                ADD_COUNTS
                    + """
                     where number = (
                      select number from steps
                      where job_number = :jobNumber and first_ordinal <= :ordinal
                      order by first_ordinal desc limit 1)
                    returning *
                    """))
        .bind("jobNumber", jobNumber)
        .bind("ordinal", ordinal)
        .map((row, context) -> step(row))
        .one();
  }

  private static <S extends SqlStatement<S>> S adding(TaskCounts change, S statement) {
    return statement
        .bind("open", change.open())
        .bind("leased", change.leased())
        .bind("committed", change.committed())
        .bind("succeeded", change.succeeded())
        .bind("failed", change.failed())
        .bind("canceled", change.canceled());
  }

  /** Holds or releases every step of a job. */
  public void setHeld(long jobNumber, boolean held) {
    handle
        .createUpdate("update steps set held = :held where job_number = :jobNumber")
        .bind("jobNumber", jobNumber)
        .bind("held", held ? 1 : 0)
        .execute();
  }

  /** Counts anew, for each step of a job, how many steps it waits for. */
  public void recountUnmet(long jobNumber) {
    handle
        .createUpdate(
            """
            update steps set unmet = (
              select count(*) from step_dependencies d join steps n
                on n.job_number = d.job_number and n.position = d.needs_position
              where d.job_number = steps.job_number and d.position = steps.position
                and n.succeeded_tasks < n.task_count)
            where job_number = :jobNumber
            """)
        .bind("jobNumber", jobNumber)
        .execute();
  }

  private static StepRow step(ResultSet row) throws SQLException {
    return new StepRow(
        row.getLong("number"),
        row.getLong("job_number"),
        row.getInt("position"),
        row.getString("name"),
        row.getLong("first_ordinal"),
        row.getLong("task_count"),
        row.getLong("next_index"),
        row.getInt("unmet"),
        row.getInt("held") == 1,
        row.getString("project"),
        row.getString("submitter"),
        row.getInt("priority"),
        new TaskCounts(
            row.getLong("open_tasks"),
            row.getLong("leased_tasks"),
            row.getLong("committed_tasks"),
            row.getLong("succeeded_tasks"),
            row.getLong("failed_tasks"),
            row.getLong("canceled_tasks")),
        row.getString("needs"));
  }
}
