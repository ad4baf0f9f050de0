package dev.stoker.controller.store;

import dev.stoker.controller.protocol.Commit;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Granted manifests. */
public final class ManifestRows {
  private final Handle handle;

  ManifestRows(Handle handle) {
    this.handle = handle;
  }

  public void add(ManifestRow manifest) {
    handle
        .createUpdate(
            """
            insert into manifests (job_number, ordinal, attempt, state, reason, body)
            values (:jobNumber, :ordinal, :attempt, :state, :reason, :body)
            """)
        .bind("jobNumber", manifest.jobNumber())
        .bind("ordinal", manifest.ordinal())
        .bind("attempt", manifest.attempt())
        .bind("state", manifest.state().name())
        .bind("reason", manifest.reason())
        .bind("body", StoredJson.write(manifest.body()))
        .execute();
  }

  public Optional<ManifestRow> find(long jobNumber, long ordinal, int attempt) {
    return handle
        .createQuery(
            """
            select * from manifests
            where job_number = :jobNumber and ordinal = :ordinal and attempt = :attempt
            """)
        .bind("jobNumber", jobNumber)
        .bind("ordinal", ordinal)
        .bind("attempt", attempt)
        .map((row, context) -> manifest(row))
        .findOne();
  }

  /** Which attempts of the tasks from one ordinal on and before another were ever granted. */
  public List<Granted> granted(long jobNumber, long from, long to) {
    return handle
        .createQuery(
            """
            select ordinal, attempt from manifests
            where job_number = :jobNumber and ordinal >= :from and ordinal < :to
            """)
        .bind("jobNumber", jobNumber)
        .bind("from", from)
        .bind("to", to)
        .map((row, context) -> new Granted(row.getLong(1), row.getInt(2)))
        .list();
  }

  /** An attempt that was granted. */
  public record Granted(long ordinal, int attempt) {}

  /** Manifests that are, or are being made, visible: of tasks from an ordinal on, in task order. */
  public List<ManifestRow> published(long jobNumber, long from, int limit) {
    return handle
        .createQuery(
            """
            select * from manifests where job_number = :jobNumber and ordinal >= :from
              and state in ('GRANTED', 'DONE')
            order by ordinal, attempt limit :limit
            """)
        .bind("jobNumber", jobNumber)
        .bind("from", from)
        .bind("limit", limit)
        .map((row, context) -> manifest(row))
        .list();
  }

  /** Marks what earlier attempts published as replaced by this one. */
  public void supersede(long jobNumber, long ordinal, int byAttempt) {
    handle
        .createUpdate(
            """
            update manifests set state = 'SUPERSEDED'
            where job_number = :jobNumber and ordinal = :ordinal and attempt < :byAttempt
              and state = 'DONE'
            """)
        .bind("jobNumber", jobNumber)
        .bind("ordinal", ordinal)
        .bind("byAttempt", byAttempt)
        .execute();
  }

  public void setState(
      long jobNumber, long ordinal, int attempt, ManifestRow.State state, String reason) {
    handle
        .createUpdate(
            """
            update manifests set state = :state, reason = :reason
            where job_number = :jobNumber and ordinal = :ordinal and attempt = :attempt
            """)
        .bind("jobNumber", jobNumber)
        .bind("ordinal", ordinal)
        .bind("attempt", attempt)
        .bind("state", state.name())
        .bind("reason", reason)
        .execute();
  }

  private static ManifestRow manifest(ResultSet row) throws SQLException {
    return new ManifestRow(
        row.getLong("job_number"),
        row.getLong("ordinal"),
        row.getInt("attempt"),
        ManifestRow.State.valueOf(row.getString("state")),
        row.getString("reason"),
        StoredJson.read(row.getString("body"), Commit.Manifest.class));
  }
}
