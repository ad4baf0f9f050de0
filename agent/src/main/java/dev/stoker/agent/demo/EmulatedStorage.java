package dev.stoker.agent.demo;

import dev.stoker.io.source.blob.OriginCredential;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Azurite, Microsoft's emulator of Blob storage, on a loopback port, with an account of our own.
 * What it stores stays in the data folder, and it asks for the port of its last run again, so that
 * URIs and with them the block cache hold from run to run.
 */
final class EmulatedStorage implements AutoCloseable {
  private static final String ACCOUNT = "stokerdemo";

  /** Ready in under 2 s on an idle machine. */
  private static final Duration START = Duration.ofSeconds(60);

  private static final int KEY_BYTES = 64;
  private static final long POLL_MILLIS = 50;

  private final ChildProcess process;
  private final int port;
  private final String key;

  private EmulatedStorage(ChildProcess process, int port, String key) {
    this.process = process;
    this.port = port;
    this.key = key;
  }

  /** Where setup installs it, unless {@code STOKER_AZURITE} names its folder or npm's. */
  static Path installation(Map<String, String> environment) {
    String said = environment.get("STOKER_AZURITE");
    if (said != null) {
      Path inside = Path.of(said).resolve("node_modules/azurite");
      return Files.isDirectory(inside) ? inside : Path.of(said);
    }
    String cache = environment.get("XDG_CACHE_HOME");
    Path base = cache == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
    return base.resolve("stoker/azurite/node_modules/azurite");
  }

  /**
   * @param folder keeps the stored blobs, the key and the port
   */
  static EmulatedStorage start(Path folder, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path main = installation(environment).resolve("dist/src/blob/main.js");
    if (!Files.exists(main)) {
      throw new DemoFailure(
          "Azurite is not installed at %s; run ./stoker demo without --no-install, or set STOKER_AZURITE to the folder that npm installed it to."
              .formatted(installation(environment)));
    }
    Files.createDirectories(folder);
    String key = keptKey(folder.resolve("key"));
    int port = port(folder.resolve("port"));
    ChildProcess process =
        ChildProcess.start(
            "azurite",
            List.of(
                "node",
                main.toString(),
                "--blobHost",
                "127.0.0.1",
                "--blobPort",
                Integer.toString(port),
                "--location",
                folder.resolve("blobs").toString(),
                "--silent",
                "--skipApiVersionCheck",
                "--disableTelemetry"),
            Map.of("AZURITE_ACCOUNTS", ACCOUNT + ":" + key),
            folder.resolve("azurite.log"));
    EmulatedStorage storage = new EmulatedStorage(process, port, key);
    try {
      storage.awaitReady(folder.resolve("azurite.log"));
      return storage;
    } catch (DemoFailure | InterruptedException e) {
      storage.close();
      throw e;
    }
  }

  private void awaitReady(Path log) throws InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < deadline) {
      if (!process.isAlive()) {
        throw new DemoFailure("Azurite ended while it started; see " + log + ".");
      }
      try (Socket probe = new Socket()) {
        probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
        return;
      } catch (IOException e) {
        Thread.sleep(POLL_MILLIS);
      }
    }
    throw new DemoFailure(
        "Azurite did not listen on port %d within %d s; see %s."
            .formatted(port, START.toSeconds(), log));
  }

  private static String keptKey(Path file) throws IOException {
    if (Files.exists(file)) {
      return Files.readString(file).strip();
    }
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    String text = Base64.getEncoder().encodeToString(key);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
    return text;
  }

  private static int port(Path file) throws IOException {
    int wanted = Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : 0;
    int port = isFree(wanted) ? wanted : 0;
    if (port == 0) {
      try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = any.getLocalPort();
      }
    }
    Files.writeString(file, Integer.toString(port));
    return port;
  }

  private static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return port != 0 && probe.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /** {@code blob+http://127.0.0.1:PORT/ACCOUNT}. */
  String origin() {
    return "blob+http://127.0.0.1:" + port + "/" + ACCOUNT;
  }

  /** A tree in the one container that the demo uses; the first push creates it. */
  String uri(String path) {
    return origin() + "/show/" + path;
  }

  OriginCredential credential() {
    return new OriginCredential.SharedKey(key);
  }

  /** For other tools, and for {@code AZURE_STORAGE_CONNECTION_STRING}. */
  String connectionString() {
    return "DefaultEndpointsProtocol=http;AccountName=%s;AccountKey=%s;BlobEndpoint=http://127.0.0.1:%d/%s;"
        .formatted(ACCOUNT, key, port, ACCOUNT);
  }

  @Override
  public void close() {
    process.close();
  }
}
