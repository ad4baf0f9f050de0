package dev.stoker.agent.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** Sends the log to stderr, a line an event. Libraries are heard only when they are in despair. */
final class Logs {
  private static final String CONFIGURATION =
      """
      handlers=java.util.logging.ConsoleHandler
      java.util.logging.ConsoleHandler.level=ALL
      java.util.logging.ConsoleHandler.formatter=java.util.logging.SimpleFormatter
      java.util.logging.SimpleFormatter.format=%1$tFT%1$tT.%1$tL %4$s %5$s%n
      .level=SEVERE
      dev.stoker.level=WARNING
      """;

  /** Held here, for the registry of loggers forgets those that nobody holds. */
  private static final Logger OURS = Logger.getLogger("dev.stoker");

  private Logs() {}

  /** A service tells what it does; a command only what goes wrong. */
  static void hearServices() {
    OURS.setLevel(Level.INFO);
  }

  static void toStandardError() {
    try {
      LogManager.getLogManager()
          .readConfiguration(
              new ByteArrayInputStream(CONFIGURATION.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
