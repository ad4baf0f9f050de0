package dev.stoker.io.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Keeps what one logger is told, and has it written nowhere else. For one thread. */
public final class HeardLog extends Handler {
  private final List<LogRecord> records = new ArrayList<>();

  /** Listens to {@code logger} for as long as that lives. */
  public static HeardLog of(Logger logger) {
    HeardLog heard = new HeardLog();
    logger.addHandler(heard);
    logger.setUseParentHandlers(false);
    return heard;
  }

  private HeardLog() {}

  public List<LogRecord> records() {
    return records;
  }

  @Override
  public void publish(LogRecord record) {
    records.add(record);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
