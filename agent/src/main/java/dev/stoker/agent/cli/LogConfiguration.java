package dev.stoker.agent.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;

/**
 * How the log is written. Made by {@link LogManager} itself when the first line is logged (its
 * {@code java.util.logging.config.class}), so it is public.
 */
public final class LogConfiguration {
  /** {@code json}: see {@link JsonLogFormatter}. */
  private static final String FORMAT_VARIABLE = "STOKER_LOG";

  /** Has the log manager read it. */
  public LogConfiguration() throws IOException {
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
    LogManager.getLogManager()
        .readConfiguration(
            new ByteArrayInputStream(configuration.getBytes(StandardCharsets.UTF_8)));
  }
}
