package dev.stoker.agent.config;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  @TempDir Path folder;

  @Test
  void aFlagWinsOverAVariableWhichWinsOverTheFile() throws IOException {
    write("controller: http://file:1\nmemory: 1GiB\nlisten: 127.0.0.1:3\n");
    Flags flags = new Flags(null, null, "http://flag:1/", null, null, null, null);
    Map<String, String> environment =
        Map.of("STOKER_CONTROLLER", "http://variable:1", "STOKER_MEMORY", "2GiB");

    Settings settings = Settings.load(flags, environment, folder);

    assertAll(
        () -> assertEquals(URI.create("http://flag:1"), settings.controller()),
        () -> assertEquals(Optional.of(2L << 30), settings.memoryBytes()),
        () -> assertEquals(3, settings.listen().getPort()));
  }

  @Test
  void everyKeyOfTheDocumentedFileIsRead() throws IOException {
    write(
        """
        controller: http://127.0.0.1:7420
        token: secret
        data: /srv/stoker
        listen: 127.0.0.1:7420
        memory: 512MiB
        name: node-1
        cache: {folder: /mnt/nvme/stoker, size: 200GiB}
        locations:
          - {name: show, uri: 'blob://studio/show/', paths: ['P:\\show', /mnt/nas/show], access: write}
        origins:
          blob://studio: {key: c2VjcmV0}
        slots: 2
        reserve: {cpus: 1, memory: 2GiB}
        user: render
        nfsTimeout: 90s
        """);

    StokerFile file = load().file();

    assertAll(
        () -> assertEquals("200GiB", file.cache().size()),
        () -> assertEquals(List.of("P:\\show", "/mnt/nas/show"), file.locations().get(0).paths()),
        () -> assertEquals("c2VjcmV0", file.origins().get("blob://studio").key()),
        () -> assertEquals("2", file.slots().rule()),
        () -> assertEquals(1, file.reserve().cpus()),
        () -> assertEquals(new UserEntry(List.of("render"), 0, 0), file.user()),
        () -> assertEquals(Optional.of(Duration.ofSeconds(90)), load().nfsTimeout()),
        () -> assertEquals(Optional.of("secret"), load().token()),
        () -> assertFalse(file.origins().toString().contains("c2VjcmV0"), "secrets stay hidden"));
  }

  @Test
  void anNfsServersSilenceIsBoundedByVariableOrFile() throws IOException {
    write("nfsTimeout: 2m\n");
    assertEquals(Optional.of(Duration.ofMinutes(2)), load().nfsTimeout());
    Settings overridden = Settings.load(Flags.NONE, Map.of("STOKER_NFS_TIMEOUT", "7"), folder);
    assertEquals(Optional.of(Duration.ofSeconds(7)), overridden.nfsTimeout());
    write("nfsTimeout: 0s\n");
    assertThrows(ConfigFailure.class, () -> load().nfsTimeout());
    write("nfsTimeout: soon\n");
    assertThrows(ConfigFailure.class, () -> load().nfsTimeout());
  }

  @Test
  void anUnknownKeyIsNamedWithTheAllowedOnes() throws IOException {
    write("cache: {folder: /x, sise: 3}\n");
    assertEquals(
        file() + ": unknown key 'cache.sise'; allowed in 'cache' are folder, size, verifyAfter.",
        failure());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          slots: {a: 1}      | cannot read 'slots':
          slots: 1.5        | it must be a whole number, auto, per-gpu, per-numa, per-l3 or a list of slots
          locations: here   | 'locations' must be a list
          token: a\\ntoken: b | is not valid YAML
          "cache: {"        | cannot read 'cache': while parsing a flow node
          "cache: []"       | 'cache' must be a group of keys
          just text         | 'the whole file' must be a group of keys
          """)
  void whatIsNoConfigurationIsRefusedInOneSentence(String text, String expected)
      throws IOException {
    write(text.replace("\\n", "\n"));
    String message = failure();
    assertTrue(message.startsWith(file() + "") && message.contains(expected), message);
    assertFalse(message.contains("\n"), message);
  }

  @Test
  void aFileOfCommentsSaysNothing() throws IOException {
    write("# nothing yet\n");
    assertEquals(StokerFile.EMPTY, load().file());
  }

  @Test
  void theTokenFileWinsAndMustHoldAToken() throws IOException {
    Path tokenFile = Files.writeString(folder.resolve("token"), "abc\n");
    Flags flags = new Flags(null, null, null, tokenFile, null, null, null);
    Map<String, String> environment = Map.of("STOKER_TOKEN", "def");
    assertEquals(Optional.of("abc"), Settings.load(flags, environment, folder).token());
    Files.writeString(tokenFile, "\n");
    Settings settings = Settings.load(flags, environment, folder);
    assertThrows(ConfigFailure.class, settings::token);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "7420", "host:port", "host:70000", ":80"})
  void aWrongAddressToListenOnIsNamed(String listen) {
    Flags flags = new Flags(null, null, null, null, listen, null, null);
    Settings settings = Settings.load(flags, Map.of(), folder);
    String message = assertThrows(ConfigFailure.class, settings::listen).getMessage();
    assertTrue(message.contains("'" + listen + "'"), message);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "17, 17",
    "4K, 4096",
    "4k, 4096",
    "1MiB, 1048576",
    "1MB, 1000000",
    "1.5 G, 1610612736",
    "2TiB, 2199023255552",
    "12B, 12"
  })
  void sizesAreReadAsPeopleWriteThem(String text, long bytes) {
    assertEquals(bytes, ByteSize.parse("--memory", text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "M", "-1", "1X", "1e3", "99999999999T", "1 2"})
  void whatIsNoSizeIsRefused(String text) {
    assertThrows(ConfigFailure.class, () -> ByteSize.parse("--memory", text));
  }

  @ParameterizedTest
  @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KiB", "3565158, 3.4 MiB", "536870912, 512 MiB"})
  void sizesAreWrittenShort(long bytes, String text) {
    assertEquals(text, ByteSize.format(bytes));
  }

  private Path file() {
    return folder.resolve("stoker.yaml");
  }

  private void write(String text) throws IOException {
    Files.writeString(file(), text);
  }

  private Settings load() {
    return Settings.load(Flags.NONE, Map.of("HOME", folder.toString()), folder);
  }

  private String failure() {
    return assertThrows(ConfigFailure.class, this::load).getMessage();
  }
}
