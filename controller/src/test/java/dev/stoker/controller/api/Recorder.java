package dev.stoker.controller.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stoker.controller.protocol.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

/** Stands between a client and a controller and writes down what each says. */
final class Recorder implements AutoCloseable {
  private final URI controller;
  private final HttpServer relay;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<ObjectNode> said = new ArrayList<>();

  Recorder(URI controller) throws IOException {
    this.controller = controller;
    relay = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    relay.createContext("/", this::pass);
    relay.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + relay.getAddress().getPort());
  }

  /** What was said so far, a call a line. */
  synchronized List<String> lines() {
    return said.stream().map(ObjectNode::toString).toList();
  }

  private synchronized void pass(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().toString();
    var request =
        HttpRequest.newBuilder(controller.resolve(path))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
    ObjectNode call = Wire.mapper().createObjectNode();
    call.put("method", exchange.getRequestMethod()).put("path", path);
    for (String name : List.of("Content-Type", "Idempotency-Key")) {
      String value = exchange.getRequestHeaders().getFirst(name);
      if (value != null) {
        request.header(name, value);
        call.put(name, value);
      }
    }
    if (body.length > 0) {
      call.set("body", Wire.mapper().readTree(body));
    }
    try {
      HttpResponse<byte[]> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      call.put("status", answer.statusCode());
      call.set("answer", Wire.mapper().readTree(answer.body()));
      said.add(call);
      answer
          .headers()
          .firstValue("Content-Type")
          .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
      exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
      exchange.getResponseBody().write(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  @Override
  public void close() {
    relay.stop(0);
    http.close();
  }
}
