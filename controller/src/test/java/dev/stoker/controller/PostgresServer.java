package dev.stoker.controller;

import dev.stoker.controller.store.DatabaseAddress;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** A PostgreSQL server of the tests' own, on a free loopback port; one is shared by most tests. */
public final class PostgresServer implements AutoCloseable {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private final Path folder;
  private EmbeddedPostgres running;

  private PostgresServer(Path folder, EmbeddedPostgres running) {
    this.folder = folder;
    this.running = running;
  }

  private static final class Shared {
    static final EmbeddedPostgres SERVER =
        launch(
            EmbeddedPostgres.builder()
                // Nobody pulls its plug; without this its last flush takes half a minute.
                .setServerConfig("fsync", "off")
                .setServerConfig("full_page_writes", "off"));
  }

  /** Removes a database of the shared server: 300 files, which the end of the run waits for. */
  static void drop(DatabaseAddress database) {
    String name = database.toString().replaceAll("\\?.*|.*/", "");
    try (Connection connection = Shared.SERVER.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("drop database if exists " + name + " with (force)");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A new, empty database on the shared server, which ends with the test run. */
  public static DatabaseAddress sharedDatabase() {
    return database(Shared.SERVER);
  }

  /** A server that a test may stop and start. */
  public static PostgresServer start(Path folder) {
    return new PostgresServer(folder, launch(builder(folder)));
  }

  private static EmbeddedPostgres.Builder builder(Path folder) {
    return EmbeddedPostgres.builder()
        .setDataDirectory(folder)
        .setCleanDataDirectory(false)
        .setOverrideWorkingDirectory(folder.resolveSibling("pg-binaries").toFile());
  }

  /** A new, empty database. */
  public DatabaseAddress newDatabase() {
    return database(running);
  }

  /** Stops the server under its clients, and starts it again on the same port and data. */
  public void restart() throws IOException {
    int port = running.getPort();
    running.close();
    running = launch(builder(folder).setPort(port));
  }

  private static EmbeddedPostgres launch(EmbeddedPostgres.Builder builder) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DatabaseAddress database(EmbeddedPostgres server) {
    String name = "stoker_" + DATABASES.incrementAndGet() + "_" + ProcessHandle.current().pid();
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return DatabaseAddress.parse(
        "postgresql://postgres:postgres@127.0.0.1:%d/%s".formatted(server.getPort(), name));
  }

  /** The address as it is written in a configuration, login included. */
  public static String withLogin(DatabaseAddress address) {
    return address.toString().replace("://", "://postgres:postgres@");
  }

  @Override
  public void close() throws IOException {
    running.close();
  }
}
