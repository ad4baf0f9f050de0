package dev.stoker.io.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.stoker.io.testing.HeardLog;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

final class JulLoggersTest {
  @Test
  void theJdkFindsIt() {
    assertInstanceOf(JulLoggers.class, System.LoggerFinder.getLoggerFinder());
  }

  @Test
  void whatIsSaidArrivesAsJavaUtilLoggingWouldHaveIt() {
    Logger target = Logger.getLogger("dev.stoker.test.JulLoggersTest");
    List<LogRecord> heard = HeardLog.of(target).records();
    target.setLevel(Level.INFO);
    System.Logger logger = System.getLogger(target.getName());
    Exception cause = new IllegalStateException("why");
    logger.log(System.Logger.Level.DEBUG, "not heard");
    logger.log(System.Logger.Level.WARNING, "The disk {0} is full.", "/data");
    logger.log(System.Logger.Level.ERROR, "It failed.", cause);
    assertFalse(logger.isLoggable(System.Logger.Level.TRACE));
    assertEquals(2, heard.size());
    assertEquals(Level.WARNING, heard.get(0).getLevel());
    assertEquals("/data", heard.get(0).getParameters()[0]);
    assertEquals(Level.SEVERE, heard.get(1).getLevel());
    assertEquals(cause, heard.get(1).getThrown());
  }
}
