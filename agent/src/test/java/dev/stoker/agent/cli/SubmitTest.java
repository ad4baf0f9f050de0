package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.protocol.Jobs.Location;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code submit} says before any controller hears of the job, and when none is there. */
class SubmitTest {
  private static final String TEMPLATE =
      """
      specificationVersion: jobtemplate-2023-09
      name: Shot
      parameterDefinitions:
        - {name: Scene, type: PATH, objectType: FILE, dataFlow: IN}
        - {name: Frames, type: STRING, default: 1-2}
        - {name: Out, type: PATH, dataFlow: OUT, default: out}
      steps:
        - name: Render
          script: {actions: {onRun: {command: "true"}}}
      """;

  @TempDir Path folder;
  private CommandRun stoker;

  @BeforeEach
  void writeTemplate() throws IOException {
    Files.writeString(folder.resolve("shot.yaml"), TEMPLATE);
    stoker = new CommandRun(folder);
  }

  @Test
  void aBadTemplateIsToldWithAllItsProblemsAndTheirPlaces() throws IOException {
    Files.writeString(
        folder.resolve("bad.yaml"), TEMPLATE.replace("onRun", "onWalk").replace("STRING", "TEXT"));

    stoker.run("submit", "bad.yaml");

    assertAll(
        () -> assertEquals(2, stoker.exitCode()),
        () -> assertTrue(stoker.err().contains("bad.yaml is not a valid template"), stoker.err()),
        () -> assertTrue(stoker.err().contains("parameterDefinitions[1] -> type"), stoker.err()),
        () ->
            assertTrue(
                stoker.err().contains("steps[0] -> script -> actions: The key 'onRun' is missing."),
                stoker.err()),
        () -> assertEquals("", stoker.out()));
  }

  @Test
  void whatIsNotYamlIsToldInOneSentence() throws IOException {
    Files.writeString(folder.resolve("bad.yaml"), "name: [1");
    stoker.run("submit", "bad.yaml");
    assertEquals(2, stoker.exitCode());
    assertEquals(1, stoker.err().lines().count(), stoker.err());
  }

  @Test
  void aMissingFileIsNamed() {
    stoker.run("submit", "none.yaml");
    assertEquals(2, stoker.exitCode());
    assertEquals(
        "stoker: Cannot read %s: there is no such file.\n".formatted(folder.resolve("none.yaml")),
        stoker.err());
  }

  @Test
  void aMissingParameterIsNamed() {
    stoker.run("submit", "shot.yaml");
    assertEquals(2, stoker.exitCode());
    assertEquals(
        "stoker: Cannot make a job of %s: The parameter 'Scene' has no value; give one, it has no default.\n"
            .formatted(folder.resolve("shot.yaml")),
        stoker.err());
  }

  @Test
  void aParameterWithoutAValueIsAMistakeOfUsage() {
    stoker.run("submit", "shot.yaml", "-p", "Scene");
    assertEquals(2, stoker.exitCode());
    assertEquals("stoker: '-p Scene' has no value; write it as -p NAME=VALUE.\n", stoker.err());
  }

  @Test
  void pathsOutsideAllLocationsAreRefusedByName() {
    stoker.run(
        "submit",
        "shot.yaml",
        "-p",
        "Scene=/mnt/other/a.blend",
        "--location",
        "show=" + folder + "/,/mnt/show");
    assertAll(
        () -> assertEquals(2, stoker.exitCode()),
        () ->
            assertTrue(
                stoker
                    .err()
                    .contains(
                        "The parameter 'Scene' is '/mnt/other/a.blend', which lies in no location, so nodes cannot read it; known are show (/mnt/show)."),
                stoker.err()),
        () ->
            assertTrue(
                stoker
                    .err()
                    .contains(
                        "The parameter 'Out' is '%s/out', which lies in no writable location"
                            .formatted(folder)),
                stoker.err()));
  }

  @Test
  void anUnreachableControllerIsOneSentence() throws IOException {
    String free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = "http://127.0.0.1:" + socket.getLocalPort();
    }
    stoker.run(
        "submit",
        "shot.yaml",
        "--controller",
        free,
        "-p",
        "Scene=P:\\show\\a.blend",
        "--location",
        "show=" + folder + "/,P:/Show",
        "--output",
        "out=" + folder + "/");
    assertEquals(1, stoker.exitCode());
    assertEquals(
        "stoker: Cannot reach the controller at %s: nothing accepts connections there; start it, or check --controller.\n"
            .formatted(free),
        stoker.err());
  }

  @Test
  void aBundleBringsItsValuesAndItsReferencesAreChecked() throws IOException {
    Path bundle = Files.createDirectory(folder.resolve("bundle"));
    Files.writeString(bundle.resolve("template.yaml"), TEMPLATE);
    Files.writeString(
        bundle.resolve("parameter_values.yaml"),
        """
        parameterValues:
          - {name: Scene, value: /mnt/show/a.blend}
          - {name: Out, value: /mnt/out}
          - {name: 'deadline:priority', value: 50}
        """);
    Files.writeString(
        bundle.resolve("asset_references.yaml"),
        """
        assetReferences:
          inputs: {filenames: [/mnt/show/b.png, /home/me/c.png], directories: []}
          outputs: {directories: [/mnt/out/x, /mnt/show/y]}
        """);
    stoker.run(
        "submit",
        "bundle",
        "--location",
        "show=blob://studio/show/,/mnt/show",
        "--output",
        "out=blob://studio/out/,/mnt/out");
    assertEquals(2, stoker.exitCode());
    assertEquals(
        """
        stoker: The job names paths that no node could use:
          An input of the bundle is '/home/me/c.png', which lies in no location, so nodes cannot read it; known are show (/mnt/show), out (/mnt/out).
          An output of the bundle is '/mnt/show/y', which lies in no writable location, so nodes cannot write there; writable are out (/mnt/out).
        """,
        stoker.err());
  }

  @Test
  void aPathThatClimbsOutOfItsLocationIsOutside() {
    LocationCheck check =
        new LocationCheck(List.of(new Location("show", "/x/", List.of("/mnt/show"), true)));
    check.reads("It", "/mnt/show/../other/a");
    check.reads("It", "/mnt/showreel/a");
    check.reads("It", "/mnt/show/a/b");
    check.writes("It", "/mnt/show");
    assertEquals(2, check.problems().size(), check.problems().toString());
  }
}
