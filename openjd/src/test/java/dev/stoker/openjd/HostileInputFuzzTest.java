package dev.stoker.openjd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.openjd.expr.ExpressionException;
import dev.stoker.openjd.expr.FormatString;
import dev.stoker.openjd.expr.RangeExpression;
import dev.stoker.openjd.expr.SymbolTable;
import dev.stoker.openjd.expr.Value;
import dev.stoker.openjd.job.Job;
import dev.stoker.openjd.job.JobException;
import dev.stoker.openjd.job.Step;
import dev.stoker.openjd.space.Combination;
import dev.stoker.openjd.template.EnvironmentTemplate;
import dev.stoker.openjd.template.Extension;
import dev.stoker.openjd.template.JobTemplate;
import dev.stoker.openjd.template.TemplateException;
import dev.stoker.openjd.template.TemplateReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whatever text arrives, it is read or refused: no other exception, no hang, no blow-up. An
 * ordinary test run replays the inputs beside this class; with {@code JAZZER_FUZZ=1} in the
 * environment new ones are searched for.
 */
final class HostileInputFuzzTest {
  /** Generous: 64 KiB of anything is read in a few milliseconds. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  @FuzzTest(maxDuration = "10s")
  void anyTextIsATemplateOrIsRefused(byte[] input) {
    long started = cpuNanos();
    try {
      JsonNode document = TemplateReader.parse(text(input));
      if (EnvironmentTemplate.describes(document)) {
        EnvironmentTemplate.decode(document, Extension.ALL);
      } else {
        useJob(JobTemplate.decode(document, Extension.ALL));
      }
    } catch (TemplateException e) {
      assertTrue(!e.problems().isEmpty() && !e.getMessage().isBlank());
    }
    assertInTime(started);
  }

  private static void useJob(JobTemplate template) {
    Map<String, String> values = new HashMap<>();
    template.parameterDefinitions().forEach(definition -> values.put(definition.name(), "1"));
    try {
      Job job = Job.create(template, List.of(), values, Path.of("/t"), Path.of("/c"));
      for (Step step : job.steps()) {
        step.space().parse(step.space().get(step.space().size() - 1).asText());
      }
    } catch (JobException e) {
      assertTrue(!e.problems().isEmpty());
    }
  }

  @FuzzTest(maxDuration = "10s")
  void anyTextIsARangeOrIsRefused(byte[] input) {
    long started = cpuNanos();
    try {
      RangeExpression range = RangeExpression.parse(text(input));
      long last = range.get(range.size() - 1);
      assertTrue(range.contains(last) && range.get(0) <= last);
      assertEquals(range.size(), RangeExpression.parse(range.toString()).size());
    } catch (ExpressionException e) {
      assertTrue(!e.getMessage().isBlank());
    }
    assertInTime(started);
  }

  @FuzzTest(maxDuration = "10s")
  void anyTextIsAFormatStringOrIsRefused(byte[] input) {
    long started = cpuNanos();
    try {
      FormatString format = FormatString.parse(text(input));
      Map<String, Value> values = new HashMap<>();
      format.names().forEach(name -> values.put(name, new Value.Text("x")));
      format.resolve(SymbolTable.of(values));
      Combination.parse(text(input), Set.of("A", "B"));
    } catch (ExpressionException e) {
      assertTrue(!e.getMessage().isBlank());
    }
    assertInTime(started);
  }

  private static String text(byte[] input) {
    return new String(input, StandardCharsets.UTF_8);
  }

  /** What this thread computed: on a busy machine the clock tells more of others. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static void assertInTime(long startedNanos) {
    Duration took = Duration.ofNanos(cpuNanos() - startedNanos);
    assertTrue(took.compareTo(LIMIT) < 0, () -> "took " + took);
  }
}
