package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.agent.config.Flags;
import dev.stoker.agent.config.Locations;
import dev.stoker.agent.config.OriginCredentials;
import dev.stoker.agent.config.Settings;
import dev.stoker.io.testing.AzuriteServer;
import dev.stoker.io.testing.GaneshaCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reference architectures of docs/hybrid.md work as they are written, on loopback servers. */
class HybridDocsTest {
  private static final Path ROOT = Path.of(System.getProperty("stoker.root"));
  private static final Pattern SECTION = Pattern.compile("(?m)^## [0-9]\\. .*$");
  private static final Pattern NFS = Pattern.compile("(?:nfs|avere)://[^\\s':]+");

  private static GaneshaCluster cluster;
  private static AzuriteServer azurite;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    cluster = GaneshaCluster.start(3);
    azurite = AzuriteServer.start();
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
    if (azurite != null) {
      azurite.close();
    }
  }

  private static String section(int number) throws Exception {
    String page = Files.readString(ROOT.resolve("docs/hybrid.md"));
    List<Integer> starts = SECTION.matcher(page).results().map(found -> found.start()).toList();
    assertEquals(3, starts.size());
    return page.substring(starts.get(number - 1), number == 3 ? page.length() : starts.get(number));
  }

  private static String block(String section, String language) {
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(section);
    assertTrue(block.find(), "no " + language + " in " + section);
    return block.group(1);
  }

  /** The same with this machine's servers and folders. */
  private String here(String text) {
    String served =
        NFS.matcher(text)
            .replaceAll(
                uri -> {
                  String path = uri.group().replaceFirst("^[a-z]+://[^/]+/?", "");
                  String below = path.replaceFirst("^vol/", folder.getFileName() + "/");
                  boolean all = uri.group().startsWith("avere:");
                  String there = all ? cluster.avere(below) : cluster.nfs(below);
                  // Under 'origins' stands what has no path.
                  return Matcher.quoteReplacement(
                      path.isEmpty()
                          ? there.replaceFirst("/exp/.*", ":" + cluster.nfsPort())
                          : there);
                });
    return served
        .replaceAll(
            "blob://(?:studio|archive)",
            "blob+http://127.0.0.1:" + azurite.port() + "/" + AzuriteServer.ACCOUNT)
        .replace("identity: managed", "key: '" + AzuriteServer.KEY + "'")
        .replace("size: 400GiB", "size: 200MB")
        .replace("/mnt/nas", folder + "/nas")
        .replace("/mnt/nvme", folder + "/nvme")
        .replace("/tmp/look", folder + "/look");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everyReferenceArchitectureWorksAsItIsWritten(int number) throws Exception {
    String section = section(number);
    Path show = Files.createDirectories(folder.resolve("nas/show/tex"));
    byte[] scene = new byte[2_000_003];
    new Random(number).nextBytes(scene);
    Files.write(show.resolveSibling("scene.usd"), scene);
    Files.writeString(show.resolve("a texture.tx"), "texture");
    Files.writeString(folder.resolve("stoker.yaml"), here(block(section, "yaml")));
    CommandRun stoker = new CommandRun(folder);
    for (String line : block(section, "sh").lines().toList()) {
      String command = here(line.replaceAll("\\s#.*$", "").strip());
      String[] arguments = command.replaceFirst("^stoker ", "").split("\\s+");
      assertEquals(0, stoker.run(arguments), () -> command + "\n" + stoker.err());
      assertFalse(stoker.out().contains("0 files (0 B) "), () -> command + "\n" + stoker.out());
    }
    assertEquals(
        -1, Files.mismatch(show.resolveSibling("scene.usd"), folder.resolve("look/scene.usd")));

    Files.write(show.resolveSibling("scene.usd"), new byte[2_000_003]);
    String verify =
        here(
            block(section, "sh")
                .lines()
                .filter(l -> l.contains("--verify"))
                .findFirst()
                .orElseThrow());
    assertEquals(
        1,
        stoker.run(
            verify.replaceAll("\\s#.*$", "").strip().replaceFirst("^stoker ", "").split("\\s+")),
        "a container that differs from its source is noticed");
    assertTrue(stoker.err().contains("Different scene.usd"), stoker.err());
  }

  @Test
  void everyConfigurationIsValidAsItIsWritten() throws Exception {
    for (int number = 1; number <= 3; number++) {
      String section = section(number);
      assertTrue(section.contains("```mermaid\n"), "a picture");
      Files.writeString(folder.resolve("stoker.yaml"), block(section, "yaml"));
      Settings settings = Settings.load(Flags.NONE, Map.of("HOME", folder.toString()), folder);
      assertEquals(2, Locations.of(settings.file().locations(), List.of(), List.of()).size());
      assertEquals(
          number == 1 ? 0 : number - 1,
          OriginCredentials.bytesPerSecond(settings.file().origins()).size());
    }
  }

  @Test
  void aJobReadsItsInputsFromNfsAndPublishesEachFrameThereOnce() throws Exception {
    Path letters = Files.createDirectories(cluster.root().resolve("job/letters"));
    Files.writeString(letters.resolve("a.txt"), "alpha\n");
    CommandRun stoker = new CommandRun(folder);
    String data = folder.resolve("data").toString();
    try (StokerProcess dev =
        StokerProcess.start(folder, "dev", "--listen", "127.0.0.1:0", "--data", data)) {
      int code =
          stoker.run(
              "submit",
              ROOT.resolve("docs/examples/letters.yaml").toString(),
              "-p",
              "Frames=1-4",
              "-p",
              "Letters=/mnt/letters",
              "-p",
              "Out=/mnt/out",
              "--location",
              "letters=" + cluster.nfs("job/letters/") + ",/mnt/letters",
              "--output",
              "out=" + cluster.avere("job/out/") + ",/mnt/out",
              "--watch",
              "--controller",
              dev.ready());
      assertEquals(0, code, () -> stoker.err());
    }
    Path out = cluster.root().resolve("job/out");
    for (int frame = 1; frame <= 4; frame++) {
      assertEquals(
          "frame " + frame + "\nalpha\n",
          Files.readString(out.resolve("letters." + frame + ".txt")));
    }
    try (var left = Files.list(out)) {
      assertEquals(4, left.count(), "nothing of the staging is left");
    }
  }
}
