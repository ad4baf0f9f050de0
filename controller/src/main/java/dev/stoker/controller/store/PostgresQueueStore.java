package dev.stoker.controller.store;

import static java.util.Objects.requireNonNull;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * The queue in a PostgreSQL database that several controllers share. Their groups of changes take
 * turns by a lock that lasts as long as a transaction (docs/controller.md says why not row by row);
 * each leaves word of what it did in {@code events}, which the others read before their turn and
 * ten times a second.
 *
 * <p>A database that is away fails the changes that wait for it, in seconds; the next ones find it
 * again by themselves.
 */
public final class PostgresQueueStore implements QueueStore {
  private static final Logger LOG = System.getLogger(PostgresQueueStore.class.getName());

  /** "Stoker" in ASCII: other users of the database have other numbers. */
  private static final long LOCK = 0x53746f6b6572L;

  private static final long FOLLOW_EVERY_MILLIS = 100;
  private static final int MOST_TURNS_AT_START = 5;

  private final PostgresPools pools;
  private final GroupCommitter committer;
  private final Thread follower;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile @Nullable MirrorLine mirror;

  private PostgresQueueStore(PostgresPools pools) {
    this.pools = pools;
    migrate(pools);
    committer = new GroupCommitter(new Turns());
    follower = Thread.ofPlatform().name("queue-follower").daemon().start(this::follow);
  }

  /**
   * Makes the tables where something is missing. Java that has just started on a busy machine takes
   * more than the 5 s between two statements after which the server ends a turn: it asks for one
   * only where there is something to do, and again with what it has loaded by then.
   */
  private static void migrate(PostgresPools pools) {
    for (int turn = 1; true; turn++) {
      Handle handle = pools.writer();
      try (handle) {
        if (!Migrations.areAppliedToPostgres(handle)) {
          handle.useTransaction(
              inside -> {
                lock(inside);
                Migrations.applyToPostgres(inside);
              });
        }
        return;
      } catch (JdbiException e) {
        if (turn == MOST_TURNS_AT_START || !isConnectionLost(e)) {
          throw e;
        }
        LOG.log(Level.INFO, "The database ended a turn of this start; trying again.", e);
      }
    }
  }

  /**
   * Opens the queue in a database, creating its tables where they are missing.
   *
   * @throws StoreException when the database cannot be reached or is of a newer release
   */
  public static PostgresQueueStore open(DatabaseAddress address) {
    PostgresPools pools = null;
    try {
      pools = new PostgresPools(address);
      return new PostgresQueueStore(pools);
    } catch (RuntimeException e) {
      if (pools != null) {
        pools.close();
      }
      if (e instanceof StoreException known) {
        throw known;
      }
      throw new StoreException(
          "Cannot open the queue in "
              + address
              + ": "
              + rootMessage(e)
              + "; check that the server runs and that user, password and database are right.",
          e);
    }
  }

  @Override
  public void follow(Mirror whom) {
    var line = new MirrorLine(whom);
    reload(line);
    mirror = line;
  }

  @Override
  public <T> CompletableFuture<T> write(Change<T> change) {
    return committer.submit(change);
  }

  @Override
  public CompletableFuture<?> tell(QueueEvent event) {
    return committer.submit(
        (rows, events) -> {
          events.accept(event);
          return event;
        });
  }

  @Override
  public <T> T read(Function<QueueRows, T> question) {
    return reading(handle -> question.apply(new QueueRows(handle)));
  }

  @Override
  public boolean catchUp() {
    MirrorLine line = mirror;
    if (line == null) {
      return false;
    }
    boolean anything = false;
    while (true) {
      long from = line.version();
      List<EventRows.Told> told = reading(handle -> new EventRows(handle).after(from));
      if (told.isEmpty()) {
        return anything;
      }
      anything = true;
      if (!apply(line, told)) {
        reload(line);
        return true;
      }
    }
  }

  @Override
  public void close() {
    committer.close();
    closing.countDown();
    try {
      follower.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    pools.close();
  }

  private static boolean apply(MirrorLine line, List<EventRows.Told> told) {
    for (EventRows.Told each : told) {
      if (!line.apply(each.number(), each.ageMillis(), each.events())) {
        return false;
      }
    }
    return true;
  }

  /** One picture: the rows and the number of the last event that is in them. */
  private void reload(MirrorLine line) {
    reading(
        handle -> {
          line.load(new QueueRows(handle), new EventRows(handle).newest());
          return true;
        });
  }

  private <T> T reading(Function<Handle, T> question) {
    try (Handle handle = pools.reader()) {
      return handle.inTransaction(question::apply);
    } catch (JdbiException e) {
      throw new StoreException("Cannot read the queue: " + rootMessage(e) + "; ask again.", e);
    }
  }

  private void follow() {
    boolean away = false;
    try {
      while (!closing.await(FOLLOW_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        try {
          catchUp();
          if (away) {
            LOG.log(Level.INFO, "The database answers again.");
          }
          away = false;
        } catch (StoreException e) {
          if (!away) {
            LOG.log(Level.WARNING, "The database is away; trying again: " + e.getMessage());
          }
          away = true;
        } catch (RuntimeException e) {
          LOG.log(Level.ERROR, "Cannot follow the other controllers; trying again.", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void lock(Handle inTransaction) {
    // It lasts until the end of the transaction, or of the connection.
    inTransaction.execute("select pg_advisory_xact_lock(" + LOCK + ")");
  }

  /** SQLSTATE class 08, and 57P01 and its kin when the server stops (PostgreSQL manual, A). */
  private static boolean isConnectionLost(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        String state = String.valueOf(sql.getSQLState());
        return state.startsWith("08") || state.startsWith("57P") || state.equals("25P03");
      }
    }
    return false;
  }

  private static String rootMessage(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }

  /** This controller's turns at changing the queue. */
  private final class Turns implements Transactions {
    private @Nullable Handle current;

    @Override
    public Handle begin() {
      try {
        return attempt();
      } catch (JdbiException e) {
        rollback();
        if (!isConnectionLost(e)) {
          throw e;
        }
        // It broke while nobody used it; nothing was changed yet.
        return attempt();
      }
    }

    private Handle attempt() {
      Handle handle = pools.writer();
      current = handle;
      handle.begin();
      lock(handle);
      MirrorLine line = mirror;
      if (line != null) {
        catchUp(handle, line);
      }
      return handle;
    }

    private void catchUp(Handle handle, MirrorLine line) {
      var rows = new EventRows(handle);
      while (true) {
        List<EventRows.Told> told = rows.after(line.version());
        if (told.isEmpty()) {
          return;
        }
        if (!apply(line, told)) {
          line.load(new QueueRows(handle), rows.newest());
        }
      }
    }

    @Override
    public void commit(List<QueueEvent> events) {
      Handle handle = requireNonNull(current);
      MirrorLine line = mirror;
      long number = line == null ? 0 : line.version() + 1;
      boolean tells = line != null && !events.isEmpty();
      if (tells) {
        new EventRows(handle).add(number, events);
      }
      handle.commit();
      current = null;
      handle.close();
      if (line != null && tells) {
        line.apply(number, 0, events);
      }
    }

    @Override
    public void rollback() {
      Handle handle = current;
      current = null;
      if (handle == null) {
        return;
      }
      try (handle) {
        handle.rollback();
      } catch (JdbiException e) {
        LOG.log(Level.DEBUG, "The transaction ended with its connection.", e);
      }
    }
  }
}
