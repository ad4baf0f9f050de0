package dev.stoker.agent.cli;

import dev.stoker.agent.observe.Warning;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** The last warnings and errors of this process's log. Thread-safe. */
final class RecentTrouble extends Handler implements AutoCloseable {
  /** A screen full; the log has all of them. */
  private static final int MOST = 20;

  private static final int MOST_CHARS = 500;

  private final SimpleFormatter formatter = new SimpleFormatter();
  private final Deque<Warning> lines = new ArrayDeque<>(); // guarded by itself

  private RecentTrouble() {
    setLevel(Level.WARNING);
  }

  /** Listens from now on, until it is closed. */
  static RecentTrouble listen() {
    RecentTrouble trouble = new RecentTrouble();
    Logger.getLogger("").addHandler(trouble);
    return trouble;
  }

  @Override
  public void publish(LogRecord record) {
    if (!isLoggable(record)) {
      return;
    }
    String text = formatter.formatMessage(record);
    synchronized (lines) {
      if (lines.size() == MOST) {
        lines.removeLast();
      }
      lines.addFirst(
          new Warning(record.getInstant(), text.substring(0, Math.min(text.length(), MOST_CHARS))));
    }
  }

  /** The newest first. */
  List<Warning> lines() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    Logger.getLogger("").removeHandler(this);
  }
}
