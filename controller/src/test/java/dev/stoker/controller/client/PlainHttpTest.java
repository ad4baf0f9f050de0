package dev.stoker.controller.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PlainHttpTest {
  @Test
  void itSpeaksHttpAndNothingElse() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    try (HttpClient http = PlainHttp.builder().build()) {
      String address = "://127.0.0.1:" + server.getAddress().getPort() + "/";
      assertEquals(204, get(http, "http" + address));
      IOException failure = assertThrows(IOException.class, () -> get(http, "https" + address));
      assertTrue(String.valueOf(failure.getMessage()).contains("no TLS"), failure.toString());
    } finally {
      server.stop(0);
    }
  }

  private static int get(HttpClient http, String address) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create(address)).build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }
}
