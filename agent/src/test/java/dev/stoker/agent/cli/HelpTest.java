package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class HelpTest {
  @TempDir Path folder;

  static Stream<List<String>> everyCommand() {
    Context context =
        new Context(
            new PrintWriter(new StringWriter()),
            new PrintWriter(new StringWriter()),
            Map.of(),
            Path.of("/"),
            false);
    List<List<String>> all = new ArrayList<>();
    collect(Commands.commandLine(context), List.of(), all);
    return all.stream();
  }

  private static void collect(CommandLine line, List<String> path, List<List<String>> all) {
    all.add(path);
    line.getSubcommands()
        .forEach(
            (name, sub) -> {
              List<String> below = new ArrayList<>(path);
              below.add(name);
              collect(sub, below, all);
            });
  }

  @ParameterizedTest
  @MethodSource("everyCommand")
  void everyCommandExplainsItselfAndTakesTheOptionsThatAreEverywhere(List<String> command) {
    CommandRun stoker = new CommandRun(folder);
    List<String> arguments = new ArrayList<>(command);
    arguments.add("--help");

    stoker.run(arguments.toArray(String[]::new));

    assertAll(
        () -> assertEquals(0, stoker.exitCode(), stoker.err()),
        () ->
            assertTrue(
                stoker.out().startsWith("Usage: " + String.join(" ", prefixed(command))),
                stoker.out()),
        () ->
            assertAll(
                Stream.of(
                        "--json",
                        "--config",
                        "--data",
                        "--controller",
                        "--token-file",
                        "--listen",
                        "--memory",
                        "--imds",
                        "--help")
                    .map(option -> () -> assertTrue(stoker.out().contains(option), stoker.out()))));
  }

  private static List<String> prefixed(List<String> command) {
    List<String> all = new ArrayList<>(List.of("stoker"));
    all.addAll(command);
    return all;
  }

  @Test
  void aMistypedCommandIsAMistakeOfUsage() {
    CommandRun stoker = new CommandRun(folder);
    stoker.run("job", "lst");
    assertEquals(2, stoker.exitCode());
    assertTrue(stoker.err().contains("Unmatched argument at index 1: 'lst'"), stoker.err());
    assertTrue(stoker.err().contains("Did you mean: "), stoker.err());
  }

  @Test
  void aBrokenConfigurationIsOneSentenceAndOnlyWhereItIsNeeded() throws Exception {
    Files.writeString(folder.resolve("stoker.yaml"), "colour: blue\n");
    CommandRun stoker = new CommandRun(folder);
    assertEquals(2, stoker.run("job", "list"));
    assertEquals(1, stoker.err().lines().count(), stoker.err());
    assertTrue(
        stoker.err().contains("unknown key 'colour'; allowed are assets, cache, "), stoker.err());
    assertEquals(0, stoker.run("job", "--help"));
    assertEquals(0, stoker.run("--version"));
    assertTrue(stoker.out().matches("stoker \\d+\\.\\d+\\.\\d+.*\n"), stoker.out());
  }
}
