package dev.stoker.controller.store;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.stoker.controller.protocol.Jobs;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Jobs, their definitions, and the keys under which they were submitted. */
public final class JobRows {
  private static final TypeReference<List<String>> FOLDERS = new TypeReference<>() {};

  private final Handle handle;

  JobRows(Handle handle) {
    this.handle = handle;
  }

  /**
   * A job that was submitted under a key before.
   *
   * @param bodyHash hash of the request that created it
   */
  public record Submission(String jobId, String bodyHash) {}

  /** Stores a new job and returns its number. */
  public long add(JobRow job, String definition) {
    long number =
        handle
            .createQuery(
                """
                insert into jobs (id, name, project, submitter, priority, state, message, max_attempts,
                  submitted_millis, ended_millis)
                values (:id, :name, :project, :submitter, :priority, :state, :message, :maxAttempts,
                  :submittedMillis, :endedMillis)
                returning number
                """)
            .bind("id", job.id())
            .bind("name", job.name())
            .bind("project", job.project())
            .bind("submitter", job.submitter())
            .bind("priority", job.priority())
            .bind("state", job.state().name())
            .bind("message", job.message())
            .bind("maxAttempts", job.maxAttempts())
            .bind("submittedMillis", job.submittedMillis())
            .bind("endedMillis", job.endedMillis())
            .mapTo(Long.class)
            .one();
    handle
        .createUpdate("insert into definitions (job_number, body) values (:number, :body)")
        .bind("number", number)
        .bind("body", definition)
        .execute();
    return number;
  }

  /** How many stored jobs are in which state, in lower case. */
  public Map<String, Long> countsByState() {
    return handle
        .createQuery("select state, count(*) from jobs group by state")
        .reduceRows(
            new TreeMap<>(),
            (all, row) -> {
              all.put(
                  row.getColumn(1, String.class).toLowerCase(Locale.ROOT),
                  row.getColumn(2, Long.class));
              return all;
            });
  }

  public void rememberSubmission(String key, String bodyHash, long jobNumber) {
    handle
        .createUpdate("insert into submissions values (:key, :bodyHash, :jobNumber)")
        .bind("key", key)
        .bind("bodyHash", bodyHash)
        .bind("jobNumber", jobNumber)
        .execute();
  }

  public Optional<Submission> submission(String key) {
    return handle
        .createQuery(
            """
            select j.id, s.body_hash from submissions s join jobs j on j.number = s.job_number
            where s.idempotency_key = :key
            """)
        .bind("key", key)
        .map((row, context) -> new Submission(row.getString(1), row.getString(2)))
        .findOne();
  }

  public Optional<JobRow> find(String id) {
    return handle
        .createQuery("select * from jobs where id = :id")
        .bind("id", id)
        .map((row, context) -> job(row))
        .findOne();
  }

  /** The job of a number that some other row refers to. */
  public JobRow get(long number) {
    return handle
        .createQuery("select * from jobs where number = :number")
        .bind("number", number)
        .map((row, context) -> job(row))
        .one();
  }

  /** The newest jobs, newest first; those of some projects only, or of all where none is named. */
  public List<JobRow> newest(Set<String> projects, int limit) {
    String where = projects.isEmpty() ? "" : "where project in (<projects>) ";
    var query =
        handle
            .createQuery("select * from jobs " + where + "order by number desc limit :limit")
            .bind("limit", limit);
    if (!projects.isEmpty()) {
      query.bindList("projects", List.copyOf(projects));
    }
    return query.map((row, context) -> job(row)).list();
  }

  /** How many jobs are in which state; of some projects only, or of all where none is named. */
  public Map<Jobs.State, Long> counts(Set<String> projects) {
    String where = projects.isEmpty() ? "" : "where project in (<projects>) ";
    var query = handle.createQuery("select state, count(*) from jobs " + where + "group by state");
    if (!projects.isEmpty()) {
      query.bindList("projects", List.copyOf(projects));
    }
    Map<Jobs.State, Long> counts = new EnumMap<>(Jobs.State.class);
    query
        .map((row, context) -> counts.put(Jobs.State.valueOf(row.getString(1)), row.getLong(2)))
        .list();
    return counts;
  }

  /** Unfinished jobs by rank: priority, then submission. */
  public List<JobRow> unfinished(Set<String> projects, int limit) {
    return some(
        projects,
        "state in ('QUEUED', 'RUNNING', 'SUSPENDED') order by priority desc, number limit :limit",
        limit);
  }

  /** Jobs that are over, the last one to end first. */
  public List<JobRow> finished(Set<String> projects, int limit) {
    return some(
        projects, "ended_millis is not null order by ended_millis desc limit :limit", limit);
  }

  private List<JobRow> some(Set<String> projects, String which, int limit) {
    String mine = projects.isEmpty() ? "" : "project in (<projects>) and ";
    var query = handle.createQuery("select * from jobs where " + mine + which).bind("limit", limit);
    if (!projects.isEmpty()) {
      query.bindList("projects", List.copyOf(projects));
    }
    return query.map((row, context) -> job(row)).list();
  }

  /** Keeps which folders a new job reads from. */
  public void setInputs(long number, List<String> folders) {
    if (!folders.isEmpty()) {
      handle
          .createUpdate("insert into job_inputs (job_number, folders) values (:number, :folders)")
          .bind("number", number)
          .bind("folders", StoredJson.write(folders))
          .execute();
    }
  }

  /** The folders that a job reads from; empty where it did not say. */
  public List<String> inputs(long number) {
    return handle
        .createQuery("select folders from job_inputs where job_number = :number")
        .bind("number", number)
        .mapTo(String.class)
        .findOne()
        .map(json -> StoredJson.read(json, FOLDERS))
        .orElse(List.of());
  }

  /** What was submitted, as JSON. */
  public String definition(long number) {
    return handle
        .createQuery("select body from definitions where job_number = :number")
        .bind("number", number)
        .mapTo(String.class)
        .one();
  }

  public void setState(long number, Jobs.State state, String message, @Nullable Long endedMillis) {
    handle
        .createUpdate(
            """
            update jobs set state = :state, message = :message, ended_millis = :endedMillis
            where number = :number
            """)
        .bind("number", number)
        .bind("state", state.name())
        .bind("message", message)
        .bind("endedMillis", endedMillis)
        .execute();
  }

  /** Counts one more failed attempt, and returns how many there are since the last resumption. */
  public long countFailedAttempt(long number) {
    return handle
        .createQuery(
            """
            update jobs set failed_attempts = failed_attempts + 1 where number = :number
            returning failed_attempts
            """)
        .bind("number", number)
        .mapTo(Long.class)
        .one();
  }

  /** Somebody looked at what failed: counting starts anew. */
  public void forgiveFailures(long number) {
    handle
        .createUpdate("update jobs set failed_attempts = 0 where number = :number")
        .bind("number", number)
        .execute();
  }

  /** Marks a queued job as running; one in any other state stays as it is. */
  public void setRunning(long number) {
    handle
        .createUpdate(
            "update jobs set state = 'RUNNING' where number = :number and state = 'QUEUED'")
        .bind("number", number)
        .execute();
  }

  public void setPriority(long number, int priority) {
    for (String table :
        List.of(
            "jobs set priority = :priority where number",
            "steps set priority = :priority where job_number")) {
      handle
          .createUpdate("update " + table + " = :number")
          .bind("priority", priority)
          .bind("number", number)
          .execute();
    }
  }

  private static JobRow job(ResultSet row) throws SQLException {
    return job(row, "");
  }

  /** A job whose columns bear a prefix, since those of other tables stand beside them. */
  static JobRow job(ResultSet row, String prefix) throws SQLException {
    long ended = row.getLong(prefix + "ended_millis");
    Long endedMillis = row.wasNull() ? null : Long.valueOf(ended);
    return new JobRow(
        row.getLong(prefix + "number"),
        row.getString(prefix + "id"),
        row.getString(prefix + "name"),
        row.getString(prefix + "project"),
        row.getString(prefix + "submitter"),
        row.getInt(prefix + "priority"),
        Jobs.State.valueOf(row.getString(prefix + "state")),
        row.getString(prefix + "message"),
        row.getInt(prefix + "max_attempts"),
        row.getLong(prefix + "submitted_millis"),
        endedMillis,
        row.getInt(prefix + "archived") == 1);
  }
}
