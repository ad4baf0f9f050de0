package dev.stoker.controller.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Which version of each of its inputs a job reads; see {@code V011__pins.sql}. */
public final class PinRows {
  /** Hashes in one question; always as many, so that it is compiled once. */
  private static final int AT_ONCE = 200;

  private final Handle handle;

  PinRows(Handle handle) {
    this.handle = handle;
  }

  /**
   * A job's pins.
   *
   * @param number which ones: a newer sheet takes the place of an older
   * @param files how many there are
   */
  public record Sheet(long number, long files) {}

  /**
   * @param number in order of arrival
   */
  public record Pinned(long number, String name, String version) {}

  /** The job's sheet; none once it is archived. */
  public Optional<Sheet> sheet(long jobNumber) {
    return handle
        .createQuery(
            "select number, files from pin_sheets where job_number = :job order by number desc"
                + " limit 1")
        .bind("job", jobNumber)
        .map((row, context) -> new Sheet(row.getLong(1), row.getLong(2)))
        .findOne();
  }

  /** Gives a job an empty sheet in place of the one that it has. */
  public void begin(long jobNumber) {
    handle
        .createUpdate("insert into pin_sheets (job_number, files) values (:job, 0)")
        .bind("job", jobNumber)
        .execute();
  }

  /** What came behind a number, in order. */
  public List<Pinned> after(long sheet, long number, int limit) {
    return handle
        .createQuery(
            """
            select number, name, version from pins
            where sheet_number = :sheet and number > :after order by number limit :limit
            """)
        .bind("sheet", sheet)
        .bind("after", number)
        .bind("limit", limit)
        .map((row, context) -> new Pinned(row.getLong(1), row.getString(2), row.getString(3)))
        .list();
  }

  /**
   * Pins what is not pinned, as far as there is room. Of two names with one hash, once in 10¹⁹, the
   * second is never pinned.
   *
   * @param met versions by name
   * @param most of the sheet
   * @return what the sheet says of these names now; without what had no room
   */
  public Map<String, String> pin(Sheet sheet, Map<String, String> met, int most) {
    Map<Long, String> names = LinkedHashMap.newLinkedHashMap(met.size());
    met.keySet().forEach(name -> names.putIfAbsent(hash(name), name));
    Map<Long, Pinned> known = find(sheet.number(), names.keySet());
    Map<String, String> now = HashMap.newHashMap(met.size());
    long room = most - sheet.files();
    int added = 0;
    PreparedBatch batch =
        handle.prepareBatch(
            "insert into pins (sheet_number, name_hash, name, version) values (?, ?, ?, ?)");
    for (Map.Entry<Long, String> entry : names.entrySet()) {
      String name = entry.getValue();
      Pinned before = known.get(entry.getKey());
      if (before != null) {
        if (before.name().equals(name)) {
          now.put(name, before.version());
        }
      } else if (added < room) {
        String version = String.valueOf(met.get(name));
        batch.add(sheet.number(), entry.getKey(), name, version);
        now.put(name, version);
        added++;
      }
    }
    if (added > 0) {
      batch.execute();
      handle
          .createUpdate("update pin_sheets set files = files + :added where number = :number")
          .bind("added", added)
          .bind("number", sheet.number())
          .execute();
    }
    return now;
  }

  private Map<Long, Pinned> find(long sheet, Collection<Long> hashes) {
    Map<Long, Pinned> found = HashMap.newHashMap(hashes.size());
    List<Long> all = new ArrayList<>(hashes);
    for (int from = 0; from < all.size(); from += AT_ONCE) {
      List<Long> some = new ArrayList<>(all.subList(from, Math.min(all.size(), from + AT_ONCE)));
      while (some.size() < AT_ONCE) {
        some.add(some.getFirst());
      }
      handle
          .createQuery(
              """
              select name_hash, number, name, version from pins
              where sheet_number = :sheet and name_hash in (<hashes>)
              """)
          .bind("sheet", sheet)
          .bindList("hashes", some)
          .map(
              (row, context) ->
                  Map.entry(
                      row.getLong(1),
                      new Pinned(row.getLong(2), row.getString(3), row.getString(4))))
          .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    }
    return found;
  }

  /**
   * Removes some of what no job goes by: sheets that a newer one replaced, and those of archived
   * jobs.
   *
   * @return whether there may be more
   */
  public boolean sweep(int limit) {
    Optional<Long> unused =
        handle
            .createQuery(
                """
                select s.number from pin_sheets s join jobs j on j.number = s.job_number
                where j.archived = 1 or exists (
                  select 1 from pin_sheets n where n.job_number = s.job_number and n.number > s.number)
                order by s.number limit 1
                """)
            .mapTo(Long.class)
            .findOne();
    if (unused.isEmpty()) {
      return false;
    }
    int removed =
        handle
            .createUpdate(
                """
                delete from pins where number in (
                  select number from pins where sheet_number = :sheet order by number limit :limit)
                """)
            .bind("sheet", unused.get())
            .bind("limit", limit)
            .execute();
    if (removed < limit) {
      handle
          .createUpdate("delete from pin_sheets where number = :sheet")
          .bind("sheet", unused.get())
          .execute();
    }
    return true;
  }

  /** Of SHA-256, so that nobody can name a file that hides another's pin. */
  private static long hash(String name) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }
}
