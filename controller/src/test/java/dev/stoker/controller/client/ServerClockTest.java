package dev.stoker.controller.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServerClockTest {
  @TempDir Path folder;

  @Test
  void theControllersDateTellsHowFarAMachinesClockIsOff() throws Exception {
    try (var server =
            ControllerServer.start(ControllerSettings.loopback(folder.resolve("data"), 0));
        var http = HttpClient.newHttpClient()) {
      var clock = new ServerClock(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(7)));
      assertEquals(Optional.empty(), clock.ahead());
      Instant sent = clock.now();
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(server.url() + "/healthz")).build(),
              HttpResponse.BodyHandlers.ofString());
      clock.heard(sent.minusSeconds(3), answer);
      assertEquals(Optional.empty(), clock.ahead(), "an answer that took long says nothing");
      clock.heard(clock.now(), answer);
      Duration off = clock.ahead().orElseThrow().minus(Duration.ofMinutes(7)).abs();
      assertTrue(off.compareTo(Duration.ofSeconds(20)) < 0, off::toString);
    }
  }
}
