package dev.stoker.controller.store;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jdbi.v3.core.statement.StatementBuilder;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Keeps the prepared statements of one connection: SQLite's driver compiles the text anew each
 * time, which costs more than running it. The texts are constants of this package, so there are
 * few.
 *
 * <p>Not thread-safe; owned by its connection's user.
 */
final class StatementCache implements StatementBuilder {
  private final Map<String, Deque<PreparedStatement>> idle = new HashMap<>();

  /** What each was compiled from: JDBI names the text before it replaced parameters by marks. */
  private final IdentityHashMap<PreparedStatement, String> texts = new IdentityHashMap<>();

  @Override
  public Statement create(Connection connection, StatementContext context) throws SQLException {
    return connection.createStatement();
  }

  @Override
  public PreparedStatement create(Connection connection, String sql, StatementContext context)
      throws SQLException {
    Deque<PreparedStatement> unused = idle.get(sql);
    if (unused != null && !unused.isEmpty()) {
      return unused.pop();
    }
    PreparedStatement compiled = connection.prepareStatement(sql);
    texts.put(compiled, sql);
    return compiled;
  }

  @Override
  public CallableStatement createCall(Connection connection, String sql, StatementContext context)
      throws SQLException {
    return connection.prepareCall(sql);
  }

  @Override
  public void close(Connection connection, String sql, Statement statement) throws SQLException {
    String text = statement instanceof PreparedStatement prepared ? texts.get(prepared) : null;
    if (text != null) {
      PreparedStatement prepared = (PreparedStatement) statement;
      prepared.clearParameters();
      idle.computeIfAbsent(text, ignored -> new ArrayDeque<>()).push(prepared);
    } else {
      statement.close();
    }
  }

  @Override
  public void close(Connection connection) {
    // Closing the connection, which follows, closes its statements.
    idle.clear();
    texts.clear();
  }

  /** How many statements are compiled. */
  int size() {
    return texts.size();
  }
}
