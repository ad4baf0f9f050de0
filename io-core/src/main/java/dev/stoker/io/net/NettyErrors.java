package dev.stoker.io.net;

import io.netty.util.internal.logging.AbstractInternalLogger;
import io.netty.util.internal.logging.FormattingTuple;
import io.netty.util.internal.logging.MessageFormatter;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * A logger of Netty's that hears its errors alone, and asks for the {@link System.Logger} that they
 * go to when there is one: most commands end without. Thread-safe.
 */
final class NettyErrors extends AbstractInternalLogger {
  private static final long serialVersionUID = 1;

  NettyErrors(String name) {
    super(name);
  }

  @Override
  public boolean isErrorEnabled() {
    return true;
  }

  @Override
  public void error(String message) {
    write(message, null);
  }

  @Override
  public void error(String format, @Nullable Object value) {
    write(MessageFormatter.format(format, value));
  }

  @Override
  public void error(String format, @Nullable Object first, @Nullable Object second) {
    write(MessageFormatter.format(format, first, second));
  }

  @Override
  public void error(String format, @Nullable Object... values) {
    write(MessageFormatter.arrayFormat(format, values));
  }

  @Override
  public void error(String message, @Nullable Throwable thrown) {
    write(message, thrown);
  }

  private void write(FormattingTuple formatted) {
    write(formatted.getMessage(), formatted.getThrowable());
  }

  private void write(String message, @Nullable Throwable thrown) {
    System.getLogger(name()).log(Level.ERROR, message, thrown);
  }

  @Override
  public boolean isTraceEnabled() {
    return false;
  }

  @Override
  public void trace(String message) {}

  @Override
  public void trace(String format, @Nullable Object value) {}

  @Override
  public void trace(String format, @Nullable Object first, @Nullable Object second) {}

  @Override
  public void trace(String format, @Nullable Object... values) {}

  @Override
  public void trace(String message, @Nullable Throwable thrown) {}

  @Override
  public boolean isDebugEnabled() {
    return false;
  }

  @Override
  public void debug(String message) {}

  @Override
  public void debug(String format, @Nullable Object value) {}

  @Override
  public void debug(String format, @Nullable Object first, @Nullable Object second) {}

  @Override
  public void debug(String format, @Nullable Object... values) {}

  @Override
  public void debug(String message, @Nullable Throwable thrown) {}

  @Override
  public boolean isInfoEnabled() {
    return false;
  }

  @Override
  public void info(String message) {}

  @Override
  public void info(String format, @Nullable Object value) {}

  @Override
  public void info(String format, @Nullable Object first, @Nullable Object second) {}

  @Override
  public void info(String format, @Nullable Object... values) {}

  @Override
  public void info(String message, @Nullable Throwable thrown) {}

  @Override
  public boolean isWarnEnabled() {
    return false;
  }

  @Override
  public void warn(String message) {}

  @Override
  public void warn(String format, @Nullable Object value) {}

  @Override
  public void warn(String format, @Nullable Object first, @Nullable Object second) {}

  @Override
  public void warn(String format, @Nullable Object... values) {}

  @Override
  public void warn(String message, @Nullable Throwable thrown) {}
}
