package dev.stoker.agent.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.agent.profile.RendererEvent.BadFrame;
import dev.stoker.agent.profile.RendererEvent.Missing;
import dev.stoker.agent.profile.RendererEvent.Saved;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The start-up script inside a real Blender, on scenes that lack this or that. */
class BlenderGuardTest {
  private static final int EXIT_NO_INPUT = 66;

  @TempDir static Path scenes;

  @TempDir Path session;

  private final RendererProfiles profiles = RendererProfiles.load();
  private final Map<Path, Path> takenAway = new HashMap<>();

  @BeforeAll
  static void makeScenes() throws Exception {
    Path script = scenes.resolve("make_scenes.py");
    try (var in = BlenderGuardTest.class.getResourceAsStream("make_scenes.py")) {
      Files.copy(in, script);
    }
    Files.writeString(scenes.resolve("waves.pc2"), "POINTCACHE2");
    Files.writeString(scenes.resolve("smoke_0007.vdb"), "not really smoke");
    Process blender =
        new ProcessBuilder(
                "blender",
                "-b",
                "--python-exit-code",
                "1",
                "--python",
                script.toString(),
                "--",
                scenes.toString())
            .redirectErrorStream(true)
            .start();
    String log = new String(blender.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, blender.waitFor(), log);
  }

  @BeforeEach
  void layOut() throws IOException {
    Files.createDirectories(session.resolve("out"));
  }

  @AfterEach
  void putBack() throws IOException {
    for (var entry : takenAway.entrySet()) {
      Files.move(entry.getValue(), entry.getKey());
    }
  }

  private void takeAway(String name) throws IOException {
    Path file = scenes.resolve(name);
    Path away = scenes.resolve("away-" + takenAway.size() + "-" + file.getFileName());
    Files.move(file, away);
    takenAway.put(file, away);
  }

  private record Run(int exit, List<RendererEvent> events, String log) {
    List<String> missing() {
      return events.stream()
          .filter(Missing.class::isInstance)
          .map(e -> ((Missing) e).name())
          .toList();
    }

    long saved() {
      return events.stream().filter(Saved.class::isInstance).count();
    }

    boolean isBad() {
      return events.stream().anyMatch(BadFrame.class::isInstance);
    }

    void passed(int frames) {
      assertEquals(0, exit, log);
      assertEquals(frames, saved(), log);
      assertEquals(List.of(), missing(), log);
      assertFalse(isBad(), log);
    }
  }

  private Run run(Map<String, String> environment, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Map<String, String> added = profiles.environment(session, Map.copyOf(builder.environment()));
    builder.environment().putAll(added);
    // ProcessBuilder searches its own PATH; a shell searches the child's, as a session's launcher.
    List<String> shell = new ArrayList<>(List.of("sh", "-c", "exec \"$@\"", "sh"));
    shell.addAll(Arrays.asList(command));
    builder.command(shell).directory(session.toFile());
    Process process = builder.start();
    LogReader reader = profiles.newLogReader();
    List<RendererEvent> events = new ArrayList<>();
    StringBuilder log = new StringBuilder();
    try (var lines = process.inputReader()) {
      lines
          .lines()
          .forEach(
              line -> {
                log.append(line).append('\n');
                reader.line(line, events::add);
              });
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    } finally {
      process.destroyForcibly();
    }
    profiles.takeNotes(session).forEach(line -> reader.line(line, events::add));
    return new Run(process.exitValue(), events, log.toString());
  }

  private String[] frames(String scene, int first, int last) {
    return new String[] {
      "blender",
      "-b",
      scenes.resolve(scene + ".blend").toString(),
      "-o",
      session + "/out/f_####",
      "-F",
      "PNG",
      "-s",
      "" + first,
      "-e",
      "" + last,
      "-a"
    };
  }

  private Run render(String scene) throws Exception {
    return run(Map.of(), frames(scene, 1, 1));
  }

  @Test
  void aSceneWithAllItsInputsRenders() throws Exception {
    run(Map.of(), frames("linked", 1, 2)).passed(2);
  }

  @Test
  void theBannerThatWaitsInABufferComesBeforeTheGuardsFirstLine() throws Exception {
    // A banner begins another process to the reader, and unchecked inputs with it.
    String log = render("linked").log();
    int banner = log.indexOf("Blender ");
    assertTrue(banner >= 0 && banner < log.indexOf("stoker-guard checked"), log);
  }

  @ParameterizedTest
  @CsvSource({
    "texture, tex/wood.png",
    "linked, lib/outer.blend",
    "linked, lib/inner.blend",
    "linked, tex/bark.png",
    "tiles, tex/skin.1002.png",
    "sequence, tex/water.0010.png",
    "font, fonts/sign",
    "files, waves.pc2",
    "files, smoke_0007.vdb",
    "clip, plate/plate_0002.png",
    "edit, plate/edit_0001.png",
  })
  void whatIsMissingIsNamedAndNothingIsRendered(String scene, String file) throws Exception {
    takeAway(file);
    Run run = render(scene);
    assertEquals(List.of(scenes.resolve(file).toString()), run.missing(), run.log());
    assertEquals(EXIT_NO_INPUT, run.exit(), run.log());
    assertEquals(0, run.saved());
    try (Stream<Path> out = Files.list(session.resolve("out"))) {
      assertEquals(0, out.count());
    }
  }

  @Test
  void aSequenceFailsAtTheFrameThatLacksItsFile() throws Exception {
    takeAway("tex/water.0011.png");
    Run run = run(Map.of(), frames("sequence", 1, 2));
    assertEquals(1, run.saved(), run.log());
    assertEquals(List.of(scenes.resolve("tex/water.0011.png").toString()), run.missing());
    assertEquals(EXIT_NO_INPUT, run.exit());
  }

  @Test
  void whatNoRenderedObjectUsesMayBeMissing() throws Exception {
    takeAway("tex/unused.png");
    takeAway("tex/hidden.png");
    takeAway("tex/loose.png");
    takeAway("tex/packed.png");
    render("unused").passed(1);
  }

  @Test
  void aPathOfAnotherMachineIsNamed() throws Exception {
    Run run = render("windows");
    assertEquals(List.of("/p/show/elsewhere.png"), run.missing(), run.log());
    assertTrue(run.log().contains("P:/show/elsewhere.png"), "The path is told as it is stored.");
  }

  @Test
  void aTruncatedLibraryIsNamed() throws Exception {
    byte[] whole = Files.readAllBytes(scenes.resolve("lib/outer.blend"));
    takeAway("lib/outer.blend");
    Files.write(scenes.resolve("lib/outer.blend"), Arrays.copyOf(whole, 1000));
    Run run;
    try {
      run = render("linked");
    } finally {
      Files.delete(scenes.resolve("lib/outer.blend"));
    }
    assertEquals(List.of(scenes.resolve("lib/outer.blend").toString()), run.missing(), run.log());
    assertEquals(EXIT_NO_INPUT, run.exit());
  }

  @Test
  void itHoldsInsideABashScriptThatDropsTheLogAndTheExitStatus() throws Exception {
    takeAway("tex/wood.png");
    String script = String.join(" ", frames("texture", 1, 1)) + " > blender.log 2>&1; true";
    Run run = run(Map.of(), "bash", "-c", script);
    assertEquals(0, run.exit());
    assertEquals(List.of(scenes.resolve("tex/wood.png").toString()), run.missing());
  }

  @Test
  void aJobsOwnScriptMayRepairThePath() throws Exception {
    takeAway("tex/wood.png");
    Path moved = takenAway.get(scenes.resolve("tex/wood.png"));
    List<String> command = new ArrayList<>(List.of(frames("texture", 1, 1)));
    command.addAll(
        3,
        List.of(
            "--python-expr", "import bpy; bpy.data.images['wood.png'].filepath = '" + moved + "'"));
    run(Map.of(), command.toArray(String[]::new)).passed(1);
  }

  @Test
  void aJobMaySayThatItCanDoWithout() throws Exception {
    takeAway("tex/wood.png");
    run(Map.of("STOKER_ALLOW_MISSING", "*.mov;*/wood.png"), frames("texture", 1, 1)).passed(1);
  }

  @Test
  void withFactoryStartupItIsNamedOnTheCommandLine() throws Exception {
    takeAway("tex/wood.png");
    List<String> command = new ArrayList<>(List.of(frames("texture", 1, 1)));
    command.add(1, "--factory-startup");
    Run run = run(Map.of(), command.toArray(String[]::new));
    assertEquals(List.of(scenes.resolve("tex/wood.png").toString()), run.missing(), run.log());
  }

  @Test
  void aBlenderThatTheGuardCannotReachMakesBadFrames() throws Exception {
    List<String> command = new ArrayList<>(List.of(frames("texture", 1, 1)));
    command.set(0, "/usr/bin/blender");
    command.add(1, "--factory-startup");
    assertTrue(run(Map.of(), command.toArray(String[]::new)).isBad());
  }

  @Test
  void theUsersOwnScriptsAddOnsAndPresetsGoOnWorking() throws Exception {
    Path own = Files.createDirectories(session.resolve("own"));
    Files.createDirectories(own.resolve("startup"));
    Files.createDirectories(own.resolve("modules"));
    Files.createDirectories(own.resolve("addons"));
    Files.createDirectories(own.resolve("presets/render"));
    Files.writeString(own.resolve("modules/own_module.py"), "WORD = 'module'\n");
    Files.writeString(
        own.resolve("startup/own_startup.py"),
        """
        def register():
            import own_module
            print("own startup", own_module.WORD)
        """);
    Files.writeString(
        own.resolve("addons/own_addon.py"),
        """
        bl_info = {"name": "own", "blender": (2, 80, 0)}
        def register():
            print("own add-on")
        def unregister():
            pass
        """);
    Path look = session.resolve("look.py");
    Files.writeString(
        look,
        """
        import addon_utils, bpy, os
        addon_utils.enable("own_addon")
        print("presets", bpy.utils.preset_paths("render"))
        print("scripts", bpy.utils.user_resource("SCRIPTS"), os.environ["BLENDER_USER_SCRIPTS"])
        """);
    List<String> command = new ArrayList<>(List.of(frames("texture", 1, 1)));
    command.addAll(3, List.of("--python-exit-code", "1", "--python", look.toString()));
    Run run = run(Map.of("BLENDER_USER_SCRIPTS", own.toString()), command.toArray(String[]::new));
    run.passed(1);
    for (String said :
        List.of(
            "own startup module",
            "own add-on",
            own.resolve("presets/render").toString(),
            "scripts " + own + " " + own)) {
      assertTrue(run.log().contains(said), () -> said + " is not in\n" + run.log());
    }
  }
}
