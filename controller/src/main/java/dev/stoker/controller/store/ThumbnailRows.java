package dev.stoker.controller.store;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Small pictures of what tasks made. */
public final class ThumbnailRows implements OldestFirst {
  /** Rows removed in one change, so that other changes need not wait for long. */
  private static final int REMOVED_AT_ONCE = 500;

  private final Handle handle;

  ThumbnailRows(Handle handle) {
    this.handle = handle;
  }

  /**
   * @param image a JPEG or PNG file in Base64
   */
  public record Picture(String destination, String image) {}

  /** Stores an attempt's pictures in place of those of earlier attempts. */
  public void put(long jobNumber, long ordinal, int attempt, List<Picture> pictures) {
    handle
        .createUpdate("delete from thumbnails where job_number = :jobNumber and ordinal = :ordinal")
        .bind("jobNumber", jobNumber)
        .bind("ordinal", ordinal)
        .execute();
    for (int position = 0; position < pictures.size(); position++) {
      Picture picture = pictures.get(position);
      handle
          .createUpdate(
              """
              insert into thumbnails (job_number, ordinal, attempt, position, destination,
                length_bytes, body)
              values (:jobNumber, :ordinal, :attempt, :position, :destination, :length, :body)
              """)
          .bind("jobNumber", jobNumber)
          .bind("ordinal", ordinal)
          .bind("attempt", attempt)
          .bind("position", position)
          .bind("destination", picture.destination())
          .bind("length", picture.image().length())
          .bind("body", picture.image())
          .execute();
    }
  }

  /** One of a task's pictures. */
  public Optional<Picture> find(long jobNumber, long ordinal, int position) {
    return handle
        .createQuery(
            """
            select destination, body from thumbnails
            where job_number = :jobNumber and ordinal = :ordinal and position = :position
            order by attempt desc limit 1
            """)
        .bind("jobNumber", jobNumber)
        .bind("ordinal", ordinal)
        .bind("position", position)
        .map((row, context) -> new Picture(row.getString(1), row.getString(2)))
        .findOne();
  }

  private record Count(long ordinal, int pictures) {}

  /** How many pictures the tasks from one ordinal on and before another have, where any. */
  public Map<Long, Integer> counts(long jobNumber, long from, long to) {
    return handle
        .createQuery(
            """
            select ordinal, count(*) from thumbnails
            where job_number = :jobNumber and ordinal >= :from and ordinal < :to
            group by ordinal
            """)
        .bind("jobNumber", jobNumber)
        .bind("from", from)
        .bind("to", to)
        .map((row, context) -> new Count(row.getLong(1), row.getInt(2)))
        .list()
        .stream()
        .collect(Collectors.toMap(Count::ordinal, Count::pictures));
  }

  @Override
  public long bytes() {
    return handle
        .createQuery("select coalesce(sum(length_bytes), 0) from thumbnails")
        .mapTo(Long.class)
        .one();
  }

  @Override
  public void removeOldest() {
    handle
        .createUpdate(
            """
            delete from thumbnails where number in (
              select number from thumbnails order by number limit :limit)
            """)
        .bind("limit", REMOVED_AT_ONCE)
        .execute();
  }
}
