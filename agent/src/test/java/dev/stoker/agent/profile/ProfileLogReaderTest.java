package dev.stoker.agent.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.stoker.agent.profile.RendererEvent.BadFrame;
import dev.stoker.agent.profile.RendererEvent.Missing;
import dev.stoker.agent.profile.RendererEvent.PeakMemory;
import dev.stoker.agent.profile.RendererEvent.Progress;
import dev.stoker.agent.profile.RendererEvent.Saved;
import dev.stoker.agent.profile.RendererEvent.Trouble;
import dev.stoker.controller.protocol.Finish.Cause;
import dev.stoker.controller.protocol.Finish.Retry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
  @ValueSource(
      strings = {
        "blender",
        "povray",
        "arnold",
        "karma",
        "vray",
        "redshift",
        "renderman",
        "houdini",
        "nuke",
        "maya"
      })
  void everyPatternCitesALineThatTheRendererWrote(String name) throws IOException {
    JsonNode profile = new ObjectMapper(new YAMLFactory()).readTree(resource(name + ".yaml"));
    List<String> log = resource(name + ".log").lines().map(String::strip).toList();
    List<JsonNode> citing = new ArrayList<>();
    profile.optional("banner").ifPresent(citing::add);
    profile.get("rules").forEach(citing::add);
    for (JsonNode cited : citing) {
      assertTrue(log.contains(cited.get("line").asText().strip()), () -> cited + " is in no log");
    }
  }

  private List<RendererEvent> recorded(String name) throws IOException {
    return read(resource(name + ".log").lines().toArray(String[]::new)).stream()
        .filter(event -> !(event instanceof PeakMemory))
        .toList();
  }

  private static Trouble refused(String reason, boolean fatal) {
    return new Trouble(Cause.LICENCE_REFUSED, reason, null, fatal);
  }

  @Test
  void whatIsPubliclyKnownOfArnoldIsRead() throws IOException {
    assertEquals(
        List.of(
            new Missing("C:/Assets/IES/example.ies", "needed by a photometric node"),
            new Progress(0.45, "45 %, 11 rays per pixel"),
            refused(
                "no licence for Arnold: aborting render because the abort_on_license_fail option"
                    + " was enabled",
                false),
            refused("no licence for Arnold; the frame would bear a watermark", true),
            new BadFrame("the render ended early: received abort signal"),
            new Saved("C:/Users/blairs/untitled.arnold_rendersettings1.0049.exr"),
            new BadFrame("render aborted due to earlier errors"),
            new BadFrame(
                "the texture of /materials/arnold_utility/image1 cannot be read:"
                    + " ImageInput::create() called with no filename")),
        recorded("arnold"));
    assertEquals(
        List.of(new PeakMemory(773L << 20)),
        read("00:00:00   773MB         | running on PC, pid=12188"));
  }

  @Test
  void whatIsPubliclyKnownOfHuskVRayRedshiftAndRenderManIsRead() throws IOException {
    assertEquals(List.of(new Progress(0.16, "16 %")), recorded("karma"));
    assertEquals(
        List.of(
            new Saved("/Volumes/Projects/Yeti_Vray_Project/images/tmp/blue_fur.exr"),
            refused(
                "no licence for V-Ray: -88: <Cloud-Licensing> Chaos Unified Login is not running",
                true),
            refused("no licence for V-Ray", true),
            refused("no licence for V-Ray: There are no available licenses of this type", true)),
        recorded("vray"));
    assertEquals(
        List.of(
            new Progress(126 / 135.0, "block 126 of 135"),
            refused("no licence for Redshift: (RLM) All licenses in use (-22)", true),
            refused("no licence for Redshift: User not logged in (7)", true)),
        recorded("redshift"));
    assertEquals(
        List.of(
            new Progress(0.24, "24 %"),
            new Trouble(
                Cause.OUT_OF_MEMORY,
                "RenderMan says: Out of memory allocating tessellation cache.",
                null,
                false),
            refused("no licence of RPS-24.0 for RenderMan", false),
            refused(
                "no licence for RenderMan: License location is not set in rendermn.ini", false)),
        recorded("renderman"));
  }

  @Test
  void whatHostsSayIsHeardUnderTheirRenderersBanners() throws IOException {
    assertEquals(
        List.of(
            refused("no licence for Houdini", false),
            new Progress(0.1, "10 %"),
            refused("no licence for Houdini: Please check for a valid license server host", false),
            new Trouble(
                Cause.FAILED,
                "mantra says: Could not open imager; is the output folder there and writable?",
                null,
                false)),
        recorded("houdini"));
    read("00:00:00    88MB         | Arnold 7.2.3.1 [6f30e43d] windows x86_64");
    assertEquals(
        List.of(
            new Saved("output/path.exr"),
            refused("no licence for nuke", false),
            refused("no licence for a program of The Foundry", false),
            refused("no licence: A suitable license does not exist", false)),
        recorded("nuke"));
    assertEquals(
        List.of(
            refused(
                "Maya does not start: no licence, most likely, else no room in MAYA_APP_DIR",
                false)),
        recorded("maya"));
  }

  @Test
  void aStudioSaysWhatAnExitCodeMeans(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("ours.yaml"),
        """
        name: ours
        banner: {pattern: '^Ours (?<version>.+)', line: 'Ours 1'}
        exits:
          - {code: 7, event: node, message: its GPU is gone, source: 'https://example.org/exits', retry: elsewhere}
          - {code: 9, event: failure, message: the scene is broken, source: the manual, retry: never}
        rules: []
        """);
    LogReader ours = RendererProfiles.load(folder).newLogReader();
    assertEquals(Optional.empty(), ours.ended(7), "nobody knows who ended so");
    ours.line("Ours 3", event -> {});
    assertEquals(
        Optional.of(new Trouble(Cause.NODE_FAULT, "its GPU is gone", Retry.ELSEWHERE, false)),
        ours.ended(7));
    assertEquals(Retry.NEVER, ours.ended(9).orElseThrow().retry());
    assertEquals(Optional.empty(), ours.ended(1));
  }

  @Test
  void memoryIsReadInEveryUnitThatRenderersWrite() {
    assertEquals(OptionalLong.of(12341740), MemoryAmount.parse("11.77M"));
    assertEquals(OptionalLong.of(773L << 20), MemoryAmount.parse("773MB"));
    assertEquals(OptionalLong.of(1234L << 10), MemoryAmount.parse("1,234 KiB"));
    assertEquals(OptionalLong.of(12), MemoryAmount.parse("12"));
    assertEquals(OptionalLong.empty(), MemoryAmount.parse("lots"));
  }

  @Test
  void samplesBecomeProgressWithinTheFrame() {
    assertEquals(
        List.of(new PeakMemory(12341740), new Progress(3 / 16.0, "frame 7, sample 3 of 16")),
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
