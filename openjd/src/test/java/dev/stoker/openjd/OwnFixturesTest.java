package dev.stoker.openjd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The project's own fixtures: the same sections and naming rule as the public suite's. */
final class OwnFixturesTest {
  static List<Path> fixtures() throws IOException, URISyntaxException {
    Path folder = Path.of(OwnFixturesTest.class.getResource("fixtures").toURI());
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> fixtures = files.filter(Files::isRegularFile).sorted().toList();
      assertTrue(fixtures.size() > 150, "the fixtures are not all there");
      return fixtures;
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void aTemplateIsAcceptedUnlessItsNameSaysInvalid(Path fixture) throws IOException {
    String refusal = PublicFixturesTest.refusal(Files.readString(fixture));
    assertEquals(
        fixture.getFileName().toString().contains(".invalid."), !refusal.isEmpty(), refusal);
  }
}
