package dev.stoker.io.testing;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Azurite, Microsoft's emulator of Blob storage, on a free loopback port. */
public final class AzuriteServer implements AutoCloseable {
  /** The emulator's account and key, the same everywhere and published in its documentation. */
  public static final String ACCOUNT = "devstoreaccount1";

  public static final String KEY =
      "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

  private final Path folder;
  private final int port;
  private final List<String> command;
  private ServerProcess process;

  private AzuriteServer(Path folder, int port, List<String> command) {
    this.folder = folder;
    this.port = port;
    this.command = command;
    this.process = ServerProcess.start(folder, port, Map.of(), command);
  }

  /** Where setup installs it, unless {@code STOKER_AZURITE} says otherwise. */
  public static Path installation() {
    String said = System.getenv("STOKER_AZURITE");
    if (said != null) {
      return Path.of(said);
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    Path base = cache == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
    return base.resolve("stoker/azurite/node_modules/azurite");
  }

  /** Starts it with empty storage on disk. */
  public static AzuriteServer start() {
    return start(List.of());
  }

  /** Starts it with more options, such as {@code --inMemoryPersistence}. */
  public static AzuriteServer start(List<String> options) {
    Path main = installation().resolve("dist/src/blob/main.js");
    if (!Files.exists(main)) {
      throw new IllegalStateException(
          "Azurite is not installed at "
              + installation()
              + "; run ./stoker test, or set"
              + " STOKER_AZURITE to its folder.");
    }
    Path folder = ServerProcess.newFolder("azurite");
    int port = ServerProcess.freePort();
    List<String> command =
        new ArrayList<>(
            List.of(
                "node",
                main.toString(),
                "--blobHost",
                "127.0.0.1",
                "--blobPort",
                Integer.toString(port),
                "--silent",
                "--skipApiVersionCheck",
                "--disableTelemetry"));
    if (!options.contains("--inMemoryPersistence")) {
      command.addAll(List.of("--location", folder.toString()));
    }
    command.addAll(options);
    return new AzuriteServer(folder, port, command);
  }

  /** Ends it, keeping what it stores: connections are refused until {@link #restart}. */
  public void stop() {
    process.stop();
  }

  /** Starts it again after {@link #stop}. */
  public void restart() {
    process = ServerProcess.start(folder, port, Map.of(), command);
  }

  public int port() {
    return port;
  }

  /** {@code http://127.0.0.1:PORT}. */
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** The URI of a container, with a slash at its end. */
  public String uri(String container) {
    return "blob+http://127.0.0.1:" + port + "/" + ACCOUNT + "/" + container + "/";
  }

  /** What {@code AZURE_STORAGE_CONNECTION_STRING} says for it. */
  public String connectionString() {
    return "DefaultEndpointsProtocol=http;AccountName="
        + ACCOUNT
        + ";AccountKey="
        + KEY
        + ";BlobEndpoint="
        + url()
        + "/"
        + ACCOUNT
        + ";";
  }

  /** An environment in which the account and its key are found. */
  public Map<String, String> environment() {
    return Map.of("AZURE_STORAGE_ACCOUNT", ACCOUNT, "AZURE_STORAGE_KEY", KEY);
  }

  /**
   * A shared access signature that reads and lists one container, without {@code ?} ("Create a
   * service SAS", version 2020-12-06).
   */
  public String readingSas(String container) {
    String until = "2099-01-01T00:00:00Z";
    String toSign =
        String.join(
            "\n",
            List.of(
                "rl",
                "",
                until,
                "/blob/" + ACCOUNT + "/" + container,
                "",
                "",
                "",
                "2020-12-06",
                "c",
                "",
                "",
                "",
                "",
                "",
                "",
                ""));
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(Base64.getDecoder().decode(KEY), "HmacSHA256"));
      String signature =
          Base64.getEncoder().encodeToString(mac.doFinal(toSign.getBytes(StandardCharsets.UTF_8)));
      return "sv=2020-12-06&sr=c&sp=rl&se=%s&sig=%s"
          .formatted(
              URLEncoder.encode(until, StandardCharsets.UTF_8),
              URLEncoder.encode(signature, StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
