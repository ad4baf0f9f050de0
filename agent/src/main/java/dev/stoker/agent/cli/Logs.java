package dev.stoker.agent.cli;

import dev.stoker.io.net.NettyLogs;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sends the log to stderr, a line an event, as text or as JSON. Libraries are heard only when they
 * are in despair.
 */
final class Logs {
  private Logs() {}

  /** A service tells what it does; a command only what goes wrong. */
  static void hearServices() {
    Ours.LOGGER.setLevel(Level.INFO);
  }

  /**
   * To be called before anything is logged. Nothing is set up until something is: {@code
   * java.util.logging} takes 20 ms to start, which a command that has nothing to say saves.
   */
  static void toStandardError() {
    System.setProperty("java.util.logging.config.class", LogConfiguration.class.getName());
    NettyLogs.toSystemLogger();
  }

  /** Held here, for the registry of loggers forgets those that nobody holds. */
  private static final class Ours {
    private static final Logger LOGGER = Logger.getLogger("dev.stoker");

    private Ours() {}
  }
}
