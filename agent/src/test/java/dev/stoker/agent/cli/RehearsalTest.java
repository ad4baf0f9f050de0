package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The build would do without the cache and not say so: it is this test that tells. */
class RehearsalTest {
  @ParameterizedTest
  @ValueSource(strings = {"stoker", "fetch"})
  void everyRehearsedCommandEndsAsItShould(String what, @TempDir Path folder) throws Exception {
    Path said = folder.resolve("said");
    ProcessBuilder builder =
        StokerProcess.builder(folder).redirectErrorStream(true).redirectOutput(said.toFile());
    List<String> command = builder.command();
    command.set(command.indexOf(Main.class.getName()), Rehearsal.class.getName());
    command.add(what);
    command.add(folder.resolve("scratch").toString());

    Process rehearsal = builder.start();
    try {
      assertTrue(rehearsal.waitFor(60, TimeUnit.SECONDS));
    } finally {
      rehearsal.destroyForcibly();
    }

    assertEquals(0, rehearsal.exitValue(), Files.readString(said));
    assertEquals("", Files.readString(said));
  }
}
