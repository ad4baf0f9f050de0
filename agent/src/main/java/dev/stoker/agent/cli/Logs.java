package dev.stoker.agent.cli;

import dev.stoker.io.net.NettyLogs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Sends the log to stderr, a line an event, as text or as JSON. Libraries are heard only when they
 * are in despair.
 */
final class Logs {
  /** {@code json}: see {@link JsonLogFormatter}. */
  private static final String FORMAT_VARIABLE = "STOKER_LOG";

  /** Held here, for the registry of loggers forgets those that nobody holds. */
  private static final Logger OURS = Logger.getLogger("dev.stoker");

  private Logs() {}

  /** A service tells what it does; a command only what goes wrong. */
  static void hearServices() {
    OURS.setLevel(Level.INFO);
  }

  static void toStandardError() {
    NettyLogs.toJavaUtilLogging();
    boolean json = "json".equals(System.getenv(FORMAT_VARIABLE));
    String configuration =
        """
        handlers=java.util.logging.ConsoleHandler
        java.util.logging.ConsoleHandler.level=ALL
        java.util.logging.ConsoleHandler.formatter=%s
        java.util.logging.SimpleFormatter.format=%%1$tFT%%1$tT.%%1$tL %%4$s %%5$s%%n
        .level=SEVERE
        dev.stoker.level=WARNING
        """
            .formatted(
                json ? JsonLogFormatter.class.getName() : "java.util.logging.SimpleFormatter");
    try {
      LogManager.getLogManager()
          .readConfiguration(
              new ByteArrayInputStream(configuration.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
