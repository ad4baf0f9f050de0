package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs conformance fixtures through {@code openjd check} and {@code openjd run}: the project's own,
 * and the public suite's where a copy is at hand ({@code -Dopenjd.fixtures}, by default {@code
 * shared/openjd} beside the checkout).
 */
class OpenjdFixturesTest {
  private static final Path ROOT = Path.of(System.getProperty("stoker.root"));

  /** Most of a fixture's time is a process that starts. */
  private static final int AT_A_TIME = 4;

  @TempDir Path folder;

  @Test
  void theProjectsOwnJobsRunAsTheySay() throws Exception {
    Path own = Path.of(OpenjdFixturesTest.class.getResource("openjd-fixtures").toURI());
    assertTrue(runAll(own) > 60, "the fixtures are not all there");
  }

  @Test
  void thePublicSuitesFixturesPass() throws Exception {
    Path fixtures =
        Path.of(
            System.getProperty(
                "openjd.fixtures", ROOT.resolve("../shared/openjd").normalize().toString()));
    if (!Files.isDirectory(fixtures)) {
      System.out.println("OpenJD fixtures: skipped, there are none at " + fixtures);
    }
    assumeTrue(
        Files.isDirectory(fixtures),
        () -> "The public fixtures are not at " + fixtures + "; -Dopenjd.fixtures says where.");
    runAll(fixtures);
  }

  private int runAll(Path fixtures) throws Exception {
    Map<String, String> environment = environment();
    Map<String, Integer> skipped = new TreeMap<>();
    List<Future<String>> results = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_A_TIME)) {
      for (Path file : files(fixtures)) {
        RunFixture fixture = RunFixture.read(file);
        String reason = fixture.notHere();
        if (!reason.isEmpty()) {
          skipped.merge(reason, 1, Integer::sum);
          continue;
        }
        Path own = Files.createDirectory(folder.resolve("f" + results.size()));
        results.add(
            pool.submit(
                () -> {
                  String problem = fixture.run(own, environment);
                  return problem.isEmpty() ? "" : fixtures.relativize(file) + ": " + problem;
                }));
      }
      for (Future<String> result : results) {
        String failure = get(result);
        if (!failure.isEmpty()) {
          failures.add(failure);
        }
      }
    }
    skipped.forEach((why, count) -> System.out.println("OpenJD fixtures: " + count + " " + why));
    System.out.printf(
        "OpenJD fixtures: %d passed, %d failed%n",
        results.size() - failures.size(), failures.size());
    assertEquals(List.of(), failures);
    return results.size();
  }

  private static String get(Future<String> result) throws Exception {
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static List<Path> files(Path fixtures) throws IOException {
    try (Stream<Path> files = Files.walk(fixtures)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  /** The suite calls {@code python}; many machines only have {@code python3}. */
  private Map<String, String> environment() throws IOException {
    Map<String, String> environment = new HashMap<>(System.getenv());
    List<Path> path =
        Stream.of(environment.getOrDefault("PATH", "").split(":")).map(Path::of).toList();
    Path bin = Files.createDirectory(folder.resolve("bin"));
    boolean known = path.stream().anyMatch(at -> Files.isExecutable(at.resolve("python")));
    for (Path at : path) {
      if (!known && Files.isExecutable(at.resolve("python3"))) {
        Files.createSymbolicLink(bin.resolve("python"), at.resolve("python3"));
        known = true;
      }
    }
    environment.put("PATH", bin + ":" + environment.get("PATH"));
    environment.put("TMPDIR", folder.toString());
    return environment;
  }
}
