package dev.stoker.io.publish;

import static dev.stoker.io.publish.BlobFixture.soon;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of the process that staged; another one carries its manifest out. */
@Timeout(60)
final class KilledPublisherTest {
  private static final int FILES = 12;
  private static BlobFixture blobs;

  @TempDir Path temp;

  @BeforeAll
  static void start() {
    blobs = BlobFixture.start();
  }

  @AfterAll
  static void stop() {
    blobs.close();
  }

  @Test
  void whatWasStagedBeforeAKillIsPublishedByAnother() throws Exception {
    BlobUri container = blobs.newContainer("killed-staged");
    Path show = Files.createDirectory(temp.resolve("show"));
    OutputManifest manifest = stagedByVictim(container, show, false);
    assertEquals(List.of(), blobs.names(container));
    assertFalse(Files.exists(show.resolve("f0.exr")));
    carryOutAndCheck(manifest, container, show);
  }

  @Test
  void whatAKilledCarryOutBeganIsFinishedByAnother() throws Exception {
    BlobUri container = blobs.newContainer("killed-midway");
    Path show = Files.createDirectory(temp.resolve("show"));
    carryOutAndCheck(stagedByVictim(container, show, true), container, show);
  }

  private OutputManifest stagedByVictim(BlobUri container, Path show, boolean killMidway)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                PublishingProcess.class.getName(),
                "j1-7-1"));
    for (int i = 0; i < FILES; i++) {
      Path file = Files.writeString(temp.resolve("spooled" + i), "frame " + i);
      String name = "f" + i + ".exr";
      command.add(file.toString());
      command.add(
          i % 2 == 0
              ? show.resolve(name).toString()
              : container.resolve(new AssetPath(name)).canonical());
    }
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(blobs.azurite.environment());
    Process victim = builder.start();
    try (BufferedReader out = victim.inputReader(UTF_8)) {
      String manifest = out.readLine();
      if (killMidway) {
        victim.outputWriter(UTF_8).append("go").flush();
        awaitFile(show.resolve("f4.exr"));
      }
      victim.destroyForcibly();
      assertTrue(victim.waitFor(10, TimeUnit.SECONDS));
      return new ObjectMapper().readValue(manifest, OutputManifest.class);
    } finally {
      victim.destroyForcibly();
    }
  }

  private static void carryOutAndCheck(OutputManifest manifest, BlobUri container, Path show)
      throws IOException {
    try (OutputPublisher successor = Publishers.open(blobs.accounts, PublishOptions.defaults())) {
      successor.carryOut(manifest, soon());
      successor.carryOut(manifest, soon());
    }
    for (int i = 0; i < FILES; i++) {
      String name = "f" + i + ".exr";
      assertEquals(
          "frame " + i,
          i % 2 == 0
              ? Files.readString(show.resolve(name))
              : new String(blobs.content(container.resolve(new AssetPath(name))), UTF_8));
    }
    assertFalse(Files.exists(show.resolve(".stoker")));
    assertEquals(FILES / 2, blobs.names(container).size());
    assertEquals(
        FILES, manifest.outputs().stream().map(o -> AssetUri.parse(o.destination())).count());
  }

  /** Bounded by the test's timeout. */
  private static void awaitFile(Path file) {
    while (!Files.exists(file)) {
      Thread.onSpinWait();
    }
  }
}
