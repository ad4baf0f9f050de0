package dev.stoker.controller.api;

import dev.stoker.controller.PostgresServer;
import dev.stoker.controller.notify.NotifySettings;
import dev.stoker.controller.store.DatabaseAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A controller in a process of its own, to be killed. */
public final class ControllerProcess implements AutoCloseable {
  private final Process process;
  public final URI url;

  private ControllerProcess(Process process, URI url) {
    this.process = process;
    this.url = url;
  }

  public static ControllerProcess start(ControllerSettings settings) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                List.of(
                    java,
                    "--enable-native-access=ALL-UNNAMED",
                    "-Xmx128m",
                    // It lives for seconds: the second compiler would only take the others' time.
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName(),
                    settings.dataFolder().toString(),
                    settings.database() == null
                        ? ""
                        : PostgresServer.withLogin(settings.database()),
                    settings.telling().hooks().isEmpty()
                        ? ""
                        : settings.telling().hooks().getFirst().url().toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      var out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String line = out.readLine();
      if (line == null || !line.startsWith("ready ")) {
        throw new IOException("The controller said " + line);
      }
      return new ControllerProcess(process, URI.create(line.substring("ready ".length())));
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** SIGKILL; returns when the process is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      throw new IllegalStateException("The controller cannot be killed.");
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  static final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
      DatabaseAddress database =
          arguments[1].isEmpty() ? null : DatabaseAddress.parse(arguments[1]);
      var server =
          ControllerServer.start(
              ControllerSettings.loopback(Path.of(arguments[0]), 0)
                  .withDatabase(database)
                  .withNotify(notify(arguments[2])));
      System.out.println("ready " + server.url());
      Thread.currentThread().join();
    }

    /** Of every job's end, on this machine too. */
    static NotifySettings notify(String url) {
      return url.isEmpty()
          ? NotifySettings.NONE
          : new NotifySettings(
              List.of(
                  new NotifySettings.Hook(
                      "test", URI.create(url), "secret-of-the-test", Set.of(), Set.of())),
              null,
              Set.of("127.0.0.1"),
              null,
              NotifySettings.DEADLINE);
    }
  }
}
