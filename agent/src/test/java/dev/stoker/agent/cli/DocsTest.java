package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.stoker.agent.config.Flags;
import dev.stoker.agent.config.Locations;
import dev.stoker.agent.config.OriginCredentials;
import dev.stoker.agent.config.Settings;
import dev.stoker.agent.config.StokerFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What README and docs tell people to type and to click is there. */
class DocsTest {
  private static final Path ROOT = Path.of(System.getProperty("stoker.root"));
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#)([^)#]+)(?:#[^)]*)?\\)");
  private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

  @TempDir Path folder;

  static Stream<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      List<Path> pages = new ArrayList<>(docs.filter(p -> p.toString().endsWith(".md")).toList());
      pages.add(ROOT.resolve("README.md"));
      return pages.stream().sorted();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyLinkLeadsSomewhere(Path page) throws IOException {
    Set<String> dead = new TreeSet<>();
    Matcher links = LINK.matcher(Files.readString(page));
    while (links.find()) {
      if (!Files.exists(page.resolveSibling(links.group(1)))) {
        dead.add(links.group(1));
      }
    }
    assertEquals(Set.of(), dead, "dead links in " + page);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyCommandIsOneThatStokerUnderstands(Path page) throws IOException {
    Context context =
        new Context(
            new PrintWriter(new StringWriter()),
            new PrintWriter(new StringWriter()),
            Map.of(),
            folder,
            false);
    for (String[] command : commands(Files.readString(page))) {
      assertDoesNotThrow(
          () -> Commands.commandLine(context).parseArgs(command),
          () -> page + ": stoker " + String.join(" ", command));
    }
  }

  @Test
  void theReadmeShowsCommands() throws IOException {
    assertFalse(commands(Files.readString(ROOT.resolve("README.md"))).isEmpty());
  }

  /** The {@code stoker} lines of shell blocks, without those that only the launcher knows. */
  private static List<String[]> commands(String page) {
    List<String[]> all = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(page);
    while (blocks.find()) {
      for (String line : blocks.group(1).replaceAll("\\\\\n\\s*", "").lines().toList()) {
        String command = line.replaceAll("\\s#.*$", "").replaceAll("&\\s*$", "").strip();
        Matcher call = Pattern.compile("(?:\\./)?stoker (?!build|test)(.*)").matcher(command);
        // A synopsis, with alternatives or an ellipsis, is not a command.
        if (call.matches() && !command.contains("|") && !command.contains("…")) {
          all.add(call.group(1).strip().split("\\s+"));
        }
      }
    }
    return all;
  }

  @Test
  void theDocumentedConfigurationIsValid() throws IOException {
    Matcher block =
        Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(ROOT.resolve("docs/configure.md")));
    assertTrue(block.find());
    Files.writeString(folder.resolve("stoker.yaml"), block.group(1));

    Settings settings = Settings.load(Flags.NONE, Map.of("HOME", folder.toString()), folder);
    StokerFile file = settings.file();

    assertEquals(3, Locations.of(file.locations(), List.of(), List.of()).size());
    assertEquals(2, OriginCredentials.of(file.origins()).common().size());
    assertEquals(2, OriginCredentials.bytesPerSecond(file.origins()).size());
    assertTrue(settings.memoryBytes().isPresent());
    for (var key : StokerFile.class.getRecordComponents()) {
      JsonProperty other = key.getAccessor().getAnnotation(JsonProperty.class);
      String name = other == null ? key.getName() : other.value();
      assertTrue(
          Pattern.compile("(?m)^" + name + ":").matcher(block.group(1)).find(),
          "docs/configure.md does not show the key " + name);
    }
  }
}
