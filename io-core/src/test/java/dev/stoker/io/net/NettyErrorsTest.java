package dev.stoker.io.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.testing.HeardLog;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class NettyErrorsTest {
  @Test
  void errorsAreHeardAsNettyWritesThemAndNothingElseIs() {
    Logger target = Logger.getLogger("io.netty.test.NettyErrorsTest");
    List<LogRecord> heard = HeardLog.of(target).records();
    NettyErrors logger = new NettyErrors(target.getName());
    Exception cause = new IllegalStateException("why");

    logger.trace("of {}", 1);
    logger.debug("of {} and {}", 1, 2);
    logger.info("of {}, {}, {}", 1, 2, 3);
    logger.warn("no good", cause);
    logger.error("plain");
    logger.error("of {}", 1);
    logger.error("of {} and {}", 1, 2);
    logger.error("of {}, {}, {}", 1, 2, 3, cause);
    logger.error("bad", cause);

    assertFalse(logger.isWarnEnabled());
    assertTrue(logger.isErrorEnabled());
    assertEquals(
        List.of("plain", "of 1", "of 1 and 2", "of 1, 2, 3", "bad"),
        heard.stream().map(LogRecord::getMessage).toList());
    assertTrue(heard.stream().allMatch(record -> record.getLevel().equals(Level.SEVERE)));
    assertSame(cause, heard.get(3).getThrown());
    assertSame(cause, heard.get(4).getThrown());
  }
}
