package dev.stoker.controller.store;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * The queue in one SQLite file: a writer that groups changes, and a few connections that read
 * beside it (write-ahead log). Full synchronisation: what was answered survives the loss of power.
 * One process owns the folder.
 */
public final class SqliteQueueStore implements QueueStore {
  /** More readers than cores only take turns. */
  private static final int READERS = 4;

  private static final int LONGEST_WAIT_SECONDS = 10;

  private static final Logger LOG = System.getLogger(SqliteQueueStore.class.getName());

  private final FolderLock lock;
  private final Handle writer;
  private volatile @Nullable MirrorLine mirror;
  private final GroupCommitter committer;
  private final List<Handle> readers = new ArrayList<>();
  private final BlockingQueue<Handle> idleReaders = new ArrayBlockingQueue<>(READERS);

  private SqliteQueueStore(FolderLock lock, Path file) {
    this.lock = lock;
    writer = open(file, false);
    Migrations.apply(writer);
    for (int i = 0; i < READERS; i++) {
      Handle reader = open(file, true);
      readers.add(reader);
      idleReaders.add(reader);
    }
    committer = new GroupCommitter(new OneConnection());
  }

  /**
   * Opens the queue in a data folder, creating both where they are missing.
   *
   * @throws StoreException when another process has the folder, or the database cannot be opened
   */
  public static SqliteQueueStore open(Path dataFolder) {
    FolderLock lock = FolderLock.take(dataFolder);
    try {
      Path file = dataFolder.resolve("queue.db");
      // SQLite gives its log and index files the mode of the database.
      FolderLock.createPrivate(file);
      return new SqliteQueueStore(lock, file);
    } catch (IOException | RuntimeException e) {
      lock.close();
      if (e instanceof StoreException known) {
        throw known;
      }
      throw new StoreException(
          "Cannot open the queue in " + dataFolder + ": " + e.getMessage() + ".", e);
    }
  }

  @Override
  public void follow(Mirror whom) {
    // Versions begin at the time of day: those of an earlier process are always smaller. There is
    // room for a thousand changes a millisecond, and they are exact in a JSON number until 2255.
    long version = System.currentTimeMillis() * 1_000;
    var line = new MirrorLine(whom);
    read(
        rows -> {
          line.load(rows, version);
          return true;
        });
    mirror = line;
  }

  @Override
  public CompletableFuture<?> tell(QueueEvent event) {
    tellMirror(List.of(event));
    return CompletableFuture.completedFuture(event);
  }

  private void tellMirror(List<QueueEvent> events) {
    MirrorLine line = mirror;
    if (line != null && !events.isEmpty()) {
      line.apply(events);
    }
  }

  @Override
  public boolean catchUp() {
    return false;
  }

  @Override
  public <T> CompletableFuture<T> write(Change<T> change) {
    return committer.submit(change);
  }

  @Override
  public <T> T read(Function<QueueRows, T> question) {
    Handle reader = borrow();
    try {
      reader.begin();
      try {
        return question.apply(new QueueRows(reader));
      } finally {
        reader.rollback();
      }
    } finally {
      idleReaders.add(reader);
    }
  }

  @Override
  public void close() {
    committer.close();
    // A reader that is in use ends first; one that never comes back is closed under its user.
    for (int i = 0; i < READERS; i++) {
      if (take(1) == null) {
        break;
      }
    }
    readers.forEach(Handle::close);
    writer.close();
    lock.close();
  }

  private Handle borrow() {
    Handle reader = take(LONGEST_WAIT_SECONDS);
    if (reader == null) {
      throw new StoreException("The controller is too busy to read its queue; ask again.");
    }
    return reader;
  }

  private @Nullable Handle take(int seconds) {
    try {
      return idleReaders.poll(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private static Handle open(Path file, boolean readOnly) {
    var config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    config.setBusyTimeout(5_000);
    // 16 MiB, in KiB and negative as SQLite has it: the hot ends of the indexes of a long queue.
    config.setCacheSize(-16 * 1024);
    if (!readOnly) {
      config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    }
    try {
      Connection connection =
          DriverManager.getConnection("jdbc:sqlite:" + file, config.toProperties());
      Jdbi jdbi = Jdbi.create(connection);
      var statements = new StatementCache();
      jdbi.setStatementBuilderFactory(ignored -> statements);
      Handle handle = jdbi.open();
      if (readOnly) {
        handle.execute("pragma query_only = true");
      }
      return handle;
    } catch (SQLException e) {
      throw new StoreException("Cannot open " + file + ": " + e.getMessage() + ".", e);
    }
  }

  /** The writer's connection; nobody else writes, since the folder is locked. */
  private final class OneConnection implements Transactions {
    @Override
    public Handle begin() {
      writer.begin();
      return writer;
    }

    @Override
    public void commit(List<QueueEvent> events) {
      writer.commit();
      tellMirror(events);
    }

    @Override
    public void rollback() {
      try {
        writer.rollback();
      } catch (JdbiException e) {
        LOG.log(Level.WARNING, "Cannot undo a change of the queue that failed.", e);
      }
    }
  }
}
