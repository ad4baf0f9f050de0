package dev.stoker.controller.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

class StatementCacheTest {
  @Test
  void aTextIsCompiledOnceHoweverOftenItIsUsed() throws Exception {
    var cache = new StatementCache();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
      Jdbi jdbi = Jdbi.create(connection);
      jdbi.setStatementBuilderFactory(ignored -> cache);
      Handle handle = jdbi.open();
      handle.execute("create table t (a bigint, b text)");
      int before = cache.size();
      for (int i = 0; i < 50; i++) {
        handle.createUpdate("insert into t values (:a, :b)").bind("a", i).bind("b", "x").execute();
        var batch = handle.prepareBatch("insert into t values (:a, :b)");
        batch.bind("a", -i).bind("b", "y").add();
        batch.execute();
        long found =
            handle
                .createQuery("select count(*) from t where a = :a")
                .bind("a", i)
                .mapTo(Long.class)
                .one();
        assertEquals(i == 0 ? 2 : 1, found);
        List<String> all =
            handle
                .createQuery("select b from t where a >= :a limit :limit")
                .bind("a", 0)
                .bind("limit", 1)
                .map((row, context) -> row.getString(1))
                .list();
        assertEquals(1, all.size());
      }
      assertEquals(3, cache.size() - before);
    }
  }

  /** One that is in use is not given out a second time. */
  @Test
  void twoUsesAtOnceHaveAStatementEach() throws Exception {
    var cache = new StatementCache();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
        Handle handle = Jdbi.create(connection).open()) {
      var context = handle.createQuery("select 1").getContext();
      PreparedStatement one = cache.create(connection, "select ?", context);
      PreparedStatement two = cache.create(connection, "select ?", context);
      cache.close(connection, "whatever JDBI says", one);
      assertEquals(one, cache.create(connection, "select ?", context));
      assertEquals(2, cache.size());
      two.close();
    }
  }
}
