package dev.stoker.io.mount.scratch;

import dev.stoker.io.testing.AzuriteServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A tree mounted to be written to, by a process of its own: it can be killed and mapped. */
final class ScratchMount implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;
  private final Path folder;
  private final Path log;

  private ScratchMount(Process process, Path folder, Path log) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.folder = folder;
    this.log = log;
  }

  /**
   * How it is mounted.
   *
   * @param spool where spools lie
   */
  record Settings(
      Path spool,
      long spoolBytes,
      long writeBackMillis,
      long unmountMillis,
      long nameMillis,
      long timeoutMillis) {
    /** What most tests want: little waiting. */
    static Settings quick(Path top) {
      return new Settings(top.resolve("spool"), 512 << 20, 100, 30_000, 60_000, 20_000);
    }

    Settings withSpoolBytes(long bytes) {
      return new Settings(spool, bytes, writeBackMillis, unmountMillis, nameMillis, timeoutMillis);
    }

    Settings withSpool(Path other) {
      return new Settings(
          other, spoolBytes, writeBackMillis, unmountMillis, nameMillis, timeoutMillis);
    }

    Settings withWriteBack(long millis) {
      return new Settings(spool, spoolBytes, millis, unmountMillis, nameMillis, timeoutMillis);
    }

    Settings withUnmount(long millis) {
      return new Settings(spool, spoolBytes, writeBackMillis, millis, nameMillis, timeoutMillis);
    }

    Settings withNames(long millis) {
      return new Settings(spool, spoolBytes, writeBackMillis, unmountMillis, millis, timeoutMillis);
    }

    Settings withTimeout(long millis) {
      return new Settings(spool, spoolBytes, writeBackMillis, unmountMillis, nameMillis, millis);
    }
  }

  /**
   * Mounts.
   *
   * @param top folder for data, cache, spool and the mount itself
   */
  static ScratchMount of(Path top, String uri, Settings settings) throws IOException {
    Path folder = top.resolve("mnt");
    boolean _ = folder.toFile().mkdirs(); // what was mounted there may have been killed
    Path log = top.resolve("mount.log");
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                ScratchServer.class.getName(),
                top.toString(),
                uri,
                folder.toString(),
                settings.spool().toString(),
                Long.toString(settings.spoolBytes()),
                Long.toString(settings.writeBackMillis()),
                Long.toString(settings.unmountMillis()),
                Long.toString(settings.nameMillis()),
                Long.toString(settings.timeoutMillis())));
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    if (uri.startsWith("blob+")) {
      builder.environment().put("AZURE_STORAGE_ACCOUNT", AzuriteServer.ACCOUNT);
      builder.environment().put("AZURE_STORAGE_KEY", AzuriteServer.KEY);
    }
    ScratchMount mount = new ScratchMount(builder.start(), folder, log);
    String line = mount.output.readLine();
    if (line == null || !line.startsWith("ready ")) {
      mount.kill();
      var _ = new ProcessBuilder("umount", "-l", folder.toString()).start();
      throw new IOException("No mount: " + line + "\n" + mount.log());
    }
    return mount;
  }

  static ScratchMount of(Path top, String uri) throws IOException {
    return of(top, uri, Settings.quick(top));
  }

  Path folder() {
    return folder;
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /** What it said on its error output. */
  String log() throws IOException {
    return Files.readString(log);
  }

  /** {@code kill -9}. */
  void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Unmounts.
   *
   * @return what the process said: {@code stored}, or what is left
   */
  String end() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(2, TimeUnit.MINUTES)) {
        kill();
        throw new IOException("The mount did not end.\n" + log());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    return String.valueOf(output.readLine());
  }

  @Override
  public void close() throws IOException {
    if (process.isAlive()) {
      end();
    }
  }
}
