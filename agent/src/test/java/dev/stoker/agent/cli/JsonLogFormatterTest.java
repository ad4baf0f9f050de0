package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class JsonLogFormatterTest {
  @Test
  void anEventIsOneLineWhateverItsMessageHolds() throws IOException {
    LogRecord record = new LogRecord(Level.WARNING, "Cannot read {0}:\nit is \"gone\".");
    record.setParameters(new Object[] {"/a\tb"});
    record.setLoggerName("dev.stoker.agent");
    record.setThrown(new IOException("No such file"));
    String line = new JsonLogFormatter().format(record);
    assertEquals(1, line.lines().count());
    JsonNode event = new ObjectMapper().readTree(line);
    assertEquals("Cannot read /a\tb:\nit is \"gone\".", event.get("message").asText());
    assertEquals("WARNING", event.get("level").asText());
    assertTrue(event.get("error").asText().startsWith("java.io.IOException: No such file"));
  }
}
