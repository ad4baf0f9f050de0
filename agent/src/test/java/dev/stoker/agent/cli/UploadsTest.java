package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stoker.io.testing.AzuriteServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code submit} does with files of the artist's machine that lie in no location. */
class UploadsTest {
  @TempDir Path folder;
  private CommandRun stoker;

  @BeforeEach
  void writeBundle() throws IOException {
    stoker = new CommandRun(folder);
    Path art = Files.createDirectories(folder.resolve("art/tex/old")).getParent().getParent();
    Files.createDirectories(folder.resolve("out"));
    Files.writeString(art.resolve("scene.txt"), "scene ");
    Files.writeString(art.resolve("tex/wood.txt"), "wood ");
    Files.writeString(art.resolve("tex/old/oak.txt"), "oak");
    Path bundle = Files.createDirectories(folder.resolve("bundle"));
    Files.writeString(
        bundle.resolve("template.yaml"),
        """
        specificationVersion: jobtemplate-2023-09
        name: Uploads
        parameterDefinitions:
          - {name: Scene, type: PATH, objectType: FILE, dataFlow: IN}
          - {name: Old, type: PATH, objectType: DIRECTORY, dataFlow: NONE}
          - {name: Out, type: PATH, objectType: DIRECTORY, dataFlow: OUT}
        steps:
          - name: Render
            script:
              actions:
                onRun:
                  command: sh
                  args: ['-c', 'cat {{Param.Scene}} {{Param.Old}}/../wood.txt {{Param.Old}}/oak.txt > {{Param.Out}}/a.txt']
        """);
    Files.writeString(
        bundle.resolve("parameter_values.yaml"),
        """
        parameterValues:
          - {name: Scene, value: %1$s/x/../scene.txt}
          - {name: Old, value: %1$s/tex/old}
          - {name: Out, value: /mnt/out}
        """
            .formatted(art));
    Files.writeString(
        bundle.resolve("asset_references.yaml"),
        """
        assetReferences:
          inputs: {filenames: [%1$s/tex/wood.txt], directories: [%1$s/tex/]}
          outputs: {directories: []}
          referencedPaths: [/nobody/reads/this]
        """
            .formatted(art));
  }

  @Test
  void aNodeReadsWhatWasUploadedAndEqualContentIsSentOnce() throws Exception {
    try (AzuriteServer azurite = AzuriteServer.start()) {
      configure(
          azurite.uri("studio") + "uploads/",
          "origins:\n  blob+http://127.0.0.1:%d/%s: {key: '%s'}\n"
              .formatted(azurite.port(), AzuriteServer.ACCOUNT, AzuriteServer.KEY));
      stoker.run("push", "bundle", azurite.uri("studio") + "any/", "--create-container");
      try (StokerProcess dev =
          StokerProcess.start(
              folder, "dev", "--listen", "127.0.0.1:0", "--data", folder + "/data")) {
        int first = stoker.run("submit", "bundle", "--watch", "--controller", dev.ready());
        assertEquals(0, first, stoker.err() + stoker.out());
        assertTrue(stoker.err().contains("Uploading 3 files (14 B) that lie in no location to "));
        assertTrue(stoker.err().contains("Uploaded 3 files (14 B)."), stoker.err());
        assertEquals("scene wood oak", Files.readString(folder.resolve("out/a.txt")));

        Files.writeString(folder.resolve("art/scene.txt"), "later ");
        stoker.run("--json", "submit", "bundle", "--controller", dev.ready());
        assertTrue(stoker.err().contains("Uploaded 1 files (6 B)."), stoker.err());
        JsonNode uploads = new ObjectMapper().readTree(stoker.out()).path("uploads");
        assertEquals(folder + "/art/scene.txt", uploads.path(0).path("path").asText());
        assertEquals(1, uploads.path(0).path("filesSent").asInt());
        assertEquals(folder + "/art/tex", uploads.path(1).path("path").asText());
        assertTrue(
            uploads.path(1).path("at").asText().matches("[0-9a-f]{64}/tex"), uploads.toString());
        assertEquals(2, uploads.path(1).path("files").asInt());
        assertEquals(0, uploads.path(1).path("filesSent").asInt());
      }
    }
  }

  @Test
  void moreThanMayBeUploadedIsToldBeforeAnythingIsSent() throws IOException {
    configure(folder.resolve("store") + "/", "");
    assertEquals(2, stoker.run("submit", "bundle", "--max-upload", "13"));
    assertEquals(
        "stoker: The job reads 14 B outside all locations, more than the 13 B that --max-upload allows; the most is in %s/art/tex (8 B); put it into a location, or allow more.\n"
            .formatted(folder),
        stoker.err());
    assertTrue(Files.notExists(folder.resolve("store")));
  }

  @Test
  void whatIsNeitherInALocationNorHereIsRefusedByName() throws IOException {
    configure(folder.resolve("store") + "/", "");
    assertEquals(2, stoker.run("submit", "bundle", "-p", "Scene=P:\\show\\a.blend"));
    assertTrue(
        stoker
            .err()
            .contains(
                "The parameter 'Scene' is 'P:\\show\\a.blend', which lies in no location and cannot be read here to upload it; known are"),
        stoker.err());
  }

  private void configure(String uploads, String more) throws IOException {
    Files.writeString(
        folder.resolve("stoker.yaml"),
        """
        locations:
          - {name: uploads, uri: '%s'}
          - {name: out, uri: '%s/', paths: [/mnt/out], access: write}
        %s"""
            .formatted(uploads, folder.resolve("out"), more));
  }
}
