package dev.stoker.controller.store;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Pieces of attempts' logs. */
public final class LogRows {
  private final Handle handle;

  LogRows(Handle handle) {
    this.handle = handle;
  }

  /** A piece of a log; offset and length in UTF-8 bytes. */
  public record Piece(long offsetBytes, long lengthBytes, String text) {}

  /** How many bytes of an attempt's log are stored, up to its last piece. */
  public long lengthBytes(long jobNumber, long ordinal, int attempt) {
    return handle
        .createQuery(
            """
            select coalesce(max(offset_bytes + length_bytes), 0) from logs
            where job_number = :jobNumber and ordinal = :ordinal and attempt = :attempt
            """)
        .bind("jobNumber", jobNumber)
        .bind("ordinal", ordinal)
        .bind("attempt", attempt)
        .mapTo(Long.class)
        .one();
  }

  public void add(long jobNumber, long ordinal, int attempt, Piece piece) {
    handle
        .createUpdate(
            """
            insert into logs (job_number, ordinal, attempt, offset_bytes, length_bytes, body)
            values (:jobNumber, :ordinal, :attempt, :offset, :length, :text)
            on conflict do nothing
            """)
        .bind("jobNumber", jobNumber)
        .bind("ordinal", ordinal)
        .bind("attempt", attempt)
        .bind("offset", piece.offsetBytes())
        .bind("length", piece.lengthBytes())
        .bind("text", piece.text())
        .execute();
  }

  /** The pieces that hold anything from an offset on, in order. */
  public List<Piece> from(long jobNumber, long ordinal, int attempt, long offset, int limit) {
    return handle
        .createQuery(
            """
            select offset_bytes, length_bytes, body from logs
            where job_number = :jobNumber and ordinal = :ordinal and attempt = :attempt
              and offset_bytes + length_bytes > :offset
            order by offset_bytes limit :limit
            """)
        .bind("jobNumber", jobNumber)
        .bind("ordinal", ordinal)
        .bind("attempt", attempt)
        .bind("offset", offset)
        .bind("limit", limit)
        .map((row, context) -> new Piece(row.getLong(1), row.getLong(2), row.getString(3)))
        .list();
  }
}
