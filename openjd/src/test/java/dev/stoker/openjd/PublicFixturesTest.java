package dev.stoker.openjd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.openjd.job.Job;
import dev.stoker.openjd.job.JobException;
import dev.stoker.openjd.template.EnvironmentTemplate;
import dev.stoker.openjd.template.Extension;
import dev.stoker.openjd.template.JobTemplate;
import dev.stoker.openjd.template.TemplateException;
import dev.stoker.openjd.template.TemplateReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Runs the public conformance suite's fixtures where a copy of it is at hand: {@code
 * -Dopenjd.fixtures}, by default {@code shared/openjd} beside the checkout.
 */
final class PublicFixturesTest {
  private static final Path BESIDE_THE_CHECKOUT =
      Path.of(System.getProperty("stoker.root", "."), "..", "shared", "openjd");

  private final Path folder =
      Path.of(System.getProperty("openjd.fixtures", BESIDE_THE_CHECKOUT.toString())).normalize();

  @Test
  void everyCheckFixtureIsAcceptedOrRefusedAsItsNameSays() throws IOException {
    List<Path> fixtures =
        fixtures(path -> !path.toString().contains("jobs" + path.getFileSystem().getSeparator()));
    List<String> failures = new ArrayList<>();
    for (Path fixture : fixtures) {
      boolean refusalExpected = fixture.getFileName().toString().contains(".invalid.");
      String refusal = refusal(Files.readString(fixture));
      if (refusal.isEmpty() == refusalExpected) {
        failures.add(fixture + (refusalExpected ? ": was accepted" : ": " + refusal));
      }
    }
    report("check fixtures", fixtures.size(), failures);
  }

  /**
   * Templates of the run fixtures become jobs. A fixture that must fail may do so later, when it
   * runs; one that must succeed may not fail here.
   */
  @Test
  void everyRunFixtureThatMustSucceedBecomesAJob() throws IOException {
    List<Path> fixtures =
        fixtures(
            path ->
                path.toString().contains("jobs" + path.getFileSystem().getSeparator())
                    && !path.getFileName().toString().contains(".invalid."));
    List<String> failures = new ArrayList<>();
    int run = 0;
    for (Path fixture : fixtures) {
      JsonNode document = TemplateReader.parse(Files.readString(fixture));
      if (document.path("template").path("extensions").toString().contains("EXPR")) {
        continue;
      }
      run++;
      try {
        create(document);
      } catch (TemplateException | JobException e) {
        failures.add(fixture + ": " + e.getMessage());
      }
    }
    report("run fixtures become jobs", run, failures);
  }

  private static void create(JsonNode document) {
    JobTemplate template = JobTemplate.decode(document.path("template"), Extension.ALL);
    List<EnvironmentTemplate> environments = new ArrayList<>();
    for (JsonNode environment : document.path("environments")) {
      environments.add(EnvironmentTemplate.decode(environment, Extension.ALL));
    }
    Map<String, String> values = new LinkedHashMap<>();
    document
        .path("parameters")
        .properties()
        .forEach(entry -> values.put(entry.getKey(), entry.getValue().asText()));
    Job.create(template, environments, values, Path.of("/templates/one"), Path.of("/current"));
  }

  /** Why a template is refused; empty when it is not. */
  static String refusal(String text) {
    try {
      JsonNode document = TemplateReader.parse(text);
      if (EnvironmentTemplate.describes(document)) {
        EnvironmentTemplate.decode(document, Extension.ALL);
      } else {
        JobTemplate.decode(document, Extension.ALL);
      }
      return "";
    } catch (TemplateException e) {
      return e.getMessage();
    }
  }

  private List<Path> fixtures(Predicate<Path> wanted) throws IOException {
    assumeTrue(
        Files.isDirectory(folder),
        () -> "The public fixtures are not at " + folder + "; -Dopenjd.fixtures says where.");
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(path -> path.toString().matches(".*\\.(yaml|json)"))
          .filter(wanted)
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void report(String what, int run, List<String> failures) {
    System.out.printf("%s: %d passed, %d failed%n", what, run - failures.size(), failures.size());
    assertEquals(List.of(), failures);
  }
}
