package dev.stoker.controller.store;

import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What sessions of steps read, one trace for each step. */
public final class TraceRows implements OldestFirst {
  /** Rows removed in one change, so that other changes need not wait for long. */
  private static final int REMOVED_AT_ONCE = 100;

  private final Handle handle;

  TraceRows(Handle handle) {
    this.handle = handle;
  }

  /**
   * @param passedFiles how many files it does not tell all of
   * @param body in Base64
   */
  public record Trace(int passedFiles, String body) {}

  /** The step's trace. */
  public Optional<Trace> find(long jobNumber, String step) {
    return handle
        .createQuery(
            "select passed_files, body from traces where job_number = :job and step_name = :step")
        .bind("job", jobNumber)
        .bind("step", step)
        .map((row, context) -> new Trace(row.getInt(1), row.getString(2)))
        .findOne();
  }

  /** Keeps a trace in place of the step's earlier one. */
  public void put(long jobNumber, String step, Trace trace) {
    handle
        .createUpdate("delete from traces where job_number = :job and step_name = :step")
        .bind("job", jobNumber)
        .bind("step", step)
        .execute();
    handle
        .createUpdate(
            """
            insert into traces (job_number, step_name, passed_files, length_bytes, body)
            values (:job, :step, :passed, :length, :body)
            """)
        .bind("job", jobNumber)
        .bind("step", step)
        .bind("passed", trace.passedFiles())
        .bind("length", trace.body().length())
        .bind("body", trace.body())
        .execute();
  }

  @Override
  public long bytes() {
    return handle
        .createQuery("select coalesce(sum(length_bytes), 0) from traces")
        .mapTo(Long.class)
        .one();
  }

  @Override
  public void removeOldest() {
    handle
        .createUpdate(
            "delete from traces where number in (select number from traces order by number limit :limit)")
        .bind("limit", REMOVED_AT_ONCE)
        .execute();
  }
}
