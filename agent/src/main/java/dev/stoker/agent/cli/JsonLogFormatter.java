package dev.stoker.agent.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/**
 * Writes each event of the log as one line of JSON, for whoever collects logs: {@code time}, {@code
 * level}, {@code logger}, {@code thread}, {@code message}, and {@code error} with its trace. Public
 * because the JDK's logging makes it by its name. Thread-safe.
 */
public final class JsonLogFormatter extends Formatter {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public String format(LogRecord record) {
    Map<String, String> line = new LinkedHashMap<>();
    line.put("time", record.getInstant().toString());
    line.put("level", record.getLevel().getName());
    line.put("logger", String.valueOf(record.getLoggerName()));
    line.put("thread", Thread.currentThread().getName());
    line.put("message", formatMessage(record));
    Throwable thrown = record.getThrown();
    if (thrown != null) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      line.put("error", trace.toString());
    }
    try {
      return JSON.writeValueAsString(line) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A map of texts has no JSON.", e);
    }
  }
}
