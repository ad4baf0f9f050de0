package dev.stoker.agent.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.stoker.agent.profile.RendererEvent.BadFrame;
import dev.stoker.agent.profile.RendererEvent.Missing;
import dev.stoker.agent.profile.RendererEvent.Progress;
import dev.stoker.agent.profile.RendererEvent.Saved;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileLogReaderTest {
  private final LogReader reader = RendererProfiles.load().newLogReader();

  private List<RendererEvent> read(String... lines) {
    List<RendererEvent> events = new ArrayList<>();
    for (String line : lines) {
      reader.line(line, events::add);
    }
    return events;
  }

  private static String resource(String name) throws IOException {
    try (var in = RendererProfiles.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"blender", "povray", "arnold", "karma"})
  void everyPatternCitesALineThatTheRendererWrote(String name) throws IOException {
    JsonNode profile = new ObjectMapper(new YAMLFactory()).readTree(resource(name + ".yaml"));
    List<String> log = resource(name + ".log").lines().toList();
    List<JsonNode> citing = new ArrayList<>(List.of(profile.get("banner")));
    profile.get("rules").forEach(citing::add);
    for (JsonNode cited : citing) {
      assertTrue(log.contains(cited.get("line").asText().strip()), () -> cited + " is in no log");
    }
  }

  @Test
  void whatIsPubliclyKnownOfArnoldAndHuskIsRead() throws IOException {
    assertEquals(
        List.of(new Missing("C:/Assets/IES/example.ies", "needed by a photometric node")),
        read(resource("arnold.log").lines().toArray(String[]::new)));
    assertEquals(
        List.of(new Progress(0.16, "16 %")),
        read(resource("karma.log").lines().toArray(String[]::new)));
  }

  @Test
  void samplesBecomeProgressWithinTheFrame() {
    assertEquals(
        List.of(new Progress(3 / 16.0, "frame 7, sample 3 of 16")),
        read(
            "Blender 3.4.1",
            "Fra:7 Mem:9.73M (Peak 11.77M) | Time:00:00.07 | Remaining:00:00.05 | Mem:0.86M,"
                + " Peak:0.86M | Scene, ViewLayer | Sample 3/16"));
  }

  @Test
  void tilesAndSamplesAddUp() {
    List<RendererEvent> events =
        read(
            "Blender 3.4.1",
            "Fra:1 Mem:1M | Scene, ViewLayer | Rendered 1/4 Tiles, Sample 2/4",
            "Fra:1 Mem:1M | Scene, ViewLayer | Rendered 2/4 Tiles, Sample 4/4");
    assertEquals(
        List.of(
            new Progress(0.375, "frame 1, tile 1 of 4, sample 2 of 4"),
            new Progress(0.5, "frame 1, tile 2 of 4, sample 4 of 4")),
        events);
  }

  @Test
  void aFrameSavedWithoutACheckIsBadAndNamesWhatTheLogNamed() {
    List<RendererEvent> events =
        read(
            "Blender 3.4.1",
            "Warning: Unable to open '/a/lib.blend': No such file or directory",
            "Saved: '/out/0001.png'",
            "Saved: '/out/0002.png'");
    assertEquals(new Saved("/out/0001.png"), events.get(0));
    assertEquals(new Missing("/a/lib.blend", "No such file or directory"), events.get(1));
    assertTrue(events.get(2) instanceof BadFrame(var reason) && reason.contains("check"));
    assertEquals(List.of(new Saved("/out/0002.png")), events.subList(3, events.size()));
  }

  @Test
  void aCheckClearsWhatLoadingComplainedOf() {
    List<RendererEvent> events =
        read(
            "Blender 3.4.1",
            "Info: Cannot find lib '/a/lib.blend'",
            "stoker-guard checked {\"paths\": 4, \"when\": \"start\"}",
            "Saved: '/out/0001.png'");
    assertEquals(List.of(new Saved("/out/0001.png")), events);
  }

  @Test
  void aCheckHoldsForItsOwnProcessOnly() {
    List<RendererEvent> events =
        read(
            "Blender 3.4.1",
            "stoker-guard checked {\"paths\": 4, \"when\": \"start\"}",
            "Saved: '/out/0001.png'",
            "Blender 3.4.1",
            "Saved: '/out/0002.png'");
    assertEquals(3, events.size());
    assertTrue(events.get(2) instanceof BadFrame);
  }

  @Test
  void theGuardsLineNamesTheFileItsUserAndTheReason() {
    assertEquals(
        List.of(
            new Missing(
                "/a/it's \"öde\".png",
                "image needed by material 'M', stored as //öde.png: No such file or directory")),
        read(
            "stoker-guard missing {\"path\": \"/a/it's \\\"\\u00f6de\\\".png\", \"reason\": \"No"
                + " such file or directory\", \"stored\": \"//\\u00f6de.png\", \"user\": \"material"
                + " 'M'\", \"what\": \"image\"}"));
  }

  @Test
  void povrayProgressComesOnOneLinePartedByCarriageReturns() {
    assertEquals(
        List.of(new Progress(0.25, "25 of 100 pixels"), new Progress(0.5, "50 of 100 pixels")),
        read(
            "Persistence of Vision(tm) Ray Tracer Version 3.7.0.10.unofficial (g++ @",
            "Rendered 25 of 100 pixels (25%)\rRendered 50 of 100 pixels (50%)"));
  }

  @Test
  void aNameThatPovrayBreaksOverThreeLinesIsWhole() throws IOException {
    List<RendererEvent> events = read(resource("povray.log").lines().toArray(String[]::new));
    assertTrue(
        events.contains(
            new Missing(
                "/scene/a_very_long_folder_name_that_goes_on/and_on/and_on_and_on_until_it_is"
                    + "_too_long_to_fit/tex.png",
                "needed by l.pov line 5")),
        events::toString);
  }

  @Test
  void aRendererThatDrownsUsInMissingFilesIsBounded() {
    List<RendererEvent> events = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      reader.line("stoker-guard missing {\"path\": \"/a/" + i + "\"}", events::add);
    }
    assertEquals(ProfileLogReader.MAX_MISSING, events.size());
  }

  @Test
  void aStudioAddsARendererAndReplacesOne(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("tracer.yaml"),
        """
        name: tracer
        banner: {pattern: '^Tracer \\d', line: 'Tracer 9'}
        rules:
          - event: progress
            pattern: '^(?<done>\\d+)%'
            message: '{done} %'
            line: '50%'
        """
            .replace("message: '{done} %'", "message: '{done} of 100'"));
    LogReader own = RendererProfiles.load(folder).newLogReader();
    List<RendererEvent> events = new ArrayList<>();
    own.line("Tracer 9", events::add);
    own.line("50%", events::add);
    assertEquals(List.of(new Progress(1, "50 of 100")), events);
  }

  @Test
  void aPatternThatDoesNotMatchItsLineIsRefused(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("tracer.yaml"),
        """
        name: tracer
        banner: {pattern: '^Tracer \\d', line: 'Racer 9'}
        rules: []
        """);
    var e = assertThrows(IllegalArgumentException.class, () -> RendererProfiles.load(folder));
    assertEquals(
        "In the renderer profile tracer.yaml the pattern ^Tracer \\d does not match the line it"
            + " cites: Racer 9",
        e.getMessage());
  }
}
