package dev.stoker.controller.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Brings a database to the newest schema. Each step is a resource {@code V<number>__<name>.sql}
 * that never changes once released, applied in a transaction of its own.
 */
final class Migrations {
  private static final List<String> STEPS = List.of("V001__queue.sql");

  private Migrations() {}

  static void apply(Handle handle) {
    handle.execute(
        "create table if not exists schema_version (version bigint primary key, name text not null)");
    int done = handle.createQuery("select count(*) from schema_version").mapTo(Integer.class).one();
    if (done > STEPS.size()) {
      throw new StoreException(
          "The database has schema "
              + done
              + " and this release knows "
              + STEPS.size()
              + "; start the newer release that wrote it, or restore a backup.");
    }
    for (int i = done; i < STEPS.size(); i++) {
      String name = STEPS.get(i);
      int version = i + 1;
      handle.useTransaction(
          inside -> {
            inside.createScript(text(name)).executeAsSeparateStatements();
            inside.execute("insert into schema_version values (?, ?)", version, name);
          });
    }
  }

  private static String text(String name) {
    try (InputStream in = Migrations.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new StoreException("The migration " + name + " is missing from the installation.");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
