package dev.stoker.controller.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Connections to a database: some that read one consistent picture, one that changes the queue.
 * Broken ones are replaced when they are next asked for. Thread-safe.
 */
final class PostgresPools implements AutoCloseable {
  private static final int READERS = 8;

  /** Long enough for a failover of a zone-redundant server to be seen as one slow call. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  /**
   * A controller that is frozen in a transaction keeps all others from changing the queue, so its
   * transaction is ended by the server; waiting for the lock must last longer than that.
   */
  private static final String LIMITS =
      "set idle_in_transaction_session_timeout = '5s';"
          + " set lock_timeout = '8s'; set statement_timeout = '20s'";

  /** Who reads holds up nobody: a controller that takes a while to read its queue may. */
  private static final String READING =
      "set idle_in_transaction_session_timeout = '60s'; set statement_timeout = '8s'";

  /** Seconds; beyond every statement's own limit, so it means that the server is gone. */
  private static final String LONGEST_CHANGE = "25";

  /** The same for a question. With the wait for a connection no more than callers' 15 s. */
  private static final String LONGEST_QUESTION = "10";

  private final HikariDataSource readers;
  private final HikariDataSource writers;
  private final Jdbi reading;
  private final Jdbi writing;

  PostgresPools(DatabaseAddress address) {
    HikariConfig forReading = config(address, "queue-readers", READERS, LONGEST_QUESTION);
    forReading.setConnectionInitSql(READING);
    forReading.setReadOnly(true);
    forReading.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
    readers = new HikariDataSource(forReading);
    try {
      writers = new HikariDataSource(config(address, "queue-writer", 1, LONGEST_CHANGE));
    } catch (RuntimeException e) {
      readers.close();
      throw e;
    }
    reading = Jdbi.create(readers);
    writing = Jdbi.create(writers);
  }

  /** A connection whose transactions see one picture; close it to give it back. */
  Handle reader() {
    return reading.open();
  }

  /** The connection that changes the queue; close it to give it back. */
  Handle writer() {
    return writing.open();
  }

  @Override
  public void close() {
    writers.close();
    readers.close();
  }

  private static HikariConfig config(
      DatabaseAddress address, String name, int most, String socketSeconds) {
    var config = new HikariConfig();
    config.setPoolName(name);
    config.setJdbcUrl(address.jdbcUrl());
    setLogin(config, address.user(), address.password());
    config.setMaximumPoolSize(most);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(LONGEST_WAIT.toMillis());
    config.setValidationTimeout(Duration.ofSeconds(2).toMillis());
    config.setConnectionInitSql(LIMITS);
    config.addDataSourceProperty("ApplicationName", "stoker-controller");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("connectTimeout", "4");
    config.addDataSourceProperty("socketTimeout", socketSeconds);
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    return config;
  }

  private static void setLogin(
      HikariConfig config, @Nullable String user, @Nullable String password) {
    if (user != null) {
      config.setUsername(user);
    }
    if (password != null) {
      config.setPassword(password);
    }
  }
}
