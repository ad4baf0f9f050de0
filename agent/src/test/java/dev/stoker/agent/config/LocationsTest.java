package dev.stoker.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.agent.config.StokerFile.LocationEntry;
import dev.stoker.controller.protocol.Jobs.Location;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocationsTest {
  private static final LocationEntry SHOW =
      new LocationEntry("show", "blob://studio/show/", List.of("P:\\show", "/mnt/show"), "write");

  @Test
  void anOptionOverridesTheUriAndKeepsWhatItDoesNotSay() {
    assertEquals(
        List.of(new Location("show", "blob://other/show/", SHOW.paths(), true)),
        Locations.of(List.of(SHOW), List.of("show=blob://other/show/"), List.of()));
  }

  @Test
  void commasBeginAPathOnlyBeforeAnAbsoluteOne() {
    assertEquals(
        List.of(
            new Location(
                "a", "/data/x,y/", List.of("/mnt/a", "P:\\a", "\\\\nas\\a", "Q:/a"), true)),
        Locations.of(List.of(), List.of(), List.of("a=/data/x,y/,/mnt/a,P:\\a,\\\\nas\\a,Q:/a")));
  }

  @Test
  void aLocalFolderIsItsOwnPath() {
    assertEquals(
        List.of(new Location("a", "/data/a/", List.of("/data/a"), false)),
        Locations.of(List.of(), List.of("a=file:///data/a/"), List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          show                                     | '--location show' is no location
          a b=/x                                   | cannot be named 'a b'
          ../x=/x                                  | cannot be named '../x'
          show=ftp://x/y                           | Location 'show':
          show=blob://studio/show/                 | has no path
          show=blob://studio/show/?sig=abc,/mnt/a  | has a signature in its URI
          """)
  void aWrongLocationIsNamed(String option, String expected) {
    ConfigFailure failure =
        assertThrows(
            ConfigFailure.class, () -> Locations.of(List.of(), List.of(option), List.of()));
    assertTrue(failure.getMessage().contains(expected), failure.getMessage());
    assertTrue(!failure.getMessage().contains("sig=abc"), failure.getMessage());
  }

  @Test
  void twoOfOneNameInTheFileAreRefused() {
    assertThrows(
        ConfigFailure.class, () -> Locations.of(List.of(SHOW, SHOW), List.of(), List.of()));
  }
}
