package dev.stoker.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a plain fetch does without: each of these took 2 to 200 ms of its start (docs/develop.md).
 */
class PlainStartTest {
  private static final List<String> NOT_NEEDED =
      List.of(
          "java.util.logging.LogManager",
          "java.io.Console",
          "java.time.format.DateTimeFormatter",
          "com.sun.jna.Native",
          "com.fasterxml.jackson.databind.ObjectMapper",
          "picocli.CommandLine",
          "dev.stoker.agent.cli.AgentCommand");

  @Test
  void aPlainFetchStartsNothingThatItDoesNotUse(@TempDir Path folder) throws Exception {
    Path loaded = folder.resolve("loaded");
    Path said = folder.resolve("said");
    HttpServer server = HttpServer.create(new InetSocketAddress(loopback(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("ETag", "\"1\"");
          exchange.getResponseHeaders().set("Last-Modified", "Sun, 29 Nov 2026 10:00:00 GMT");
          if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "4");
            exchange.sendResponseHeaders(200, -1);
          } else {
            exchange.getResponseHeaders().set("Content-Range", "bytes 0-3/4");
            exchange.sendResponseHeaders(206, 4);
            exchange.getResponseBody().write("mesh".getBytes(UTF_8));
          }
          exchange.close();
        });
    server.start();
    String uri = "http://127.0.0.1:" + server.getAddress().getPort() + "/mesh";
    ProcessBuilder builder = StokerProcess.builder(folder, "fetch", uri, "copy");
    builder.command().add(1, "-Xlog:class+load:file=" + loaded);
    Process fetch = builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      assertTrue(fetch.waitFor(60, TimeUnit.SECONDS));
    } finally {
      fetch.destroyForcibly();
      server.stop(0);
    }

    assertEquals(0, fetch.exitValue(), Files.readString(said));
    assertEquals("mesh", Files.readString(folder.resolve("copy")));
    List<String> classes =
        Files.readString(loaded).lines().map(line -> line.split(" ", 3)[1]).toList();
    assertTrue(classes.contains("dev.stoker.agent.cli.FetchCommand"));
    assertEquals(List.of(), NOT_NEEDED.stream().filter(classes::contains).toList());
  }

  private static InetAddress loopback() {
    return InetAddress.getLoopbackAddress();
  }
}
