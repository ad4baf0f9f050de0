package dev.stoker.io.observe;

import java.util.MissingResourceException;
import java.util.ResourceBundle;
import java.util.function.Consumer;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Has {@link System.Logger}s write to {@code java.util.logging}, as the JDK would have it by
 * itself.
 *
 * <p>The JDK looks for such a finder in every jar of the class path, a fifth of the start of a
 * command. It looks on until it has seen two, so the launchers put two jars first that name this
 * one.
 */
public final class JulLoggers extends System.LoggerFinder {
  @Override
  public System.Logger getLogger(String name, Module module) {
    return new JulLogger(Logger.getLogger(name));
  }

  /** One logger; thread-safe as what it writes to. */
  private record JulLogger(Logger target) implements System.Logger {
    @Override
    public String getName() {
      return target.getName();
    }

    @Override
    public boolean isLoggable(Level level) {
      return target.isLoggable(julLevel(level));
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String message,
        @Nullable Throwable thrown) {
      write(level, bundle, message, record -> record.setThrown(thrown));
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object... parameters) {
      write(level, bundle, format, record -> record.setParameters(parameters));
    }

    private void write(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String text,
        Consumer<LogRecord> rest) {
      if (!isLoggable(level)) {
        return;
      }
      LogRecord record = new LogRecord(julLevel(level), localized(bundle, text));
      record.setLoggerName(target.getName());
      // Who called is not written, and looking for it walks the stack.
      record.setSourceClassName(target.getName());
      record.setSourceMethodName("");
      rest.accept(record);
      target.log(record);
    }

    private static @Nullable String localized(
        @Nullable ResourceBundle bundle, @Nullable String text) {
      try {
        return bundle == null || text == null ? text : bundle.getString(text);
      } catch (MissingResourceException asItIs) {
        return text;
      }
    }

    /** As {@link System.Logger.Level} documents it. */
    private static java.util.logging.Level julLevel(Level level) {
      return switch (level) {
        case ALL -> java.util.logging.Level.ALL;
        case TRACE -> java.util.logging.Level.FINER;
        case DEBUG -> java.util.logging.Level.FINE;
        case INFO -> java.util.logging.Level.INFO;
        case WARNING -> java.util.logging.Level.WARNING;
        case ERROR -> java.util.logging.Level.SEVERE;
        case OFF -> java.util.logging.Level.OFF;
      };
    }
  }
}
