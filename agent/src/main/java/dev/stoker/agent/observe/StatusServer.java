package dev.stoker.agent.observe;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.io.daemon.CacheReport;
import dev.stoker.io.observe.Exposition;
import dev.stoker.io.observe.Metrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Shows a node by HTTP: {@code /} a page, {@code /status.json} the same for programs, {@code
 * /metrics} for Prometheus, {@code /healthz} 200 or 503. Reads only. One request at a time, which
 * is what bounds it; a browser and a scraper need no more.
 */
public final class StatusServer implements AutoCloseable {
  private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

  private final HttpServer server;
  private final Supplier<NodeView> view;
  private final Supplier<List<Warning>> warnings;
  private final boolean loopback;

  private StatusServer(
      HttpServer server, Supplier<NodeView> view, Supplier<List<Warning>> warnings) {
    this.server = server;
    this.view = view;
    this.warnings = warnings;
    this.loopback = server.getAddress().getAddress().isLoopbackAddress();
  }

  /**
   * @param address where to listen; port 0 lets the system pick
   * @param warnings the last ones of the log, the newest first
   * @throws IOException when it cannot listen there
   */
  public static StatusServer start(
      InetSocketAddress address, Supplier<NodeView> view, Supplier<List<Warning>> warnings)
      throws IOException {
    InetSocketAddress resolved =
        new InetSocketAddress(InetAddress.getByName(address.getHostString()), address.getPort());
    StatusServer shown = new StatusServer(HttpServer.create(resolved, 16), view, warnings);
    shown.server.createContext("/", shown::answer);
    shown.server.start();
    return shown;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
      if (loopback && !LOOPBACK_NAMES.contains(host.replaceFirst(":\\d+$", ""))) {
        // A page from elsewhere whose name was made to lead here.
        send(exchange, 403, "text/plain", "Ask for localhost.\n");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        send(exchange, 405, "text/plain", "Only GET.\n");
      } else {
        show(exchange);
      }
    }
  }

  private void show(HttpExchange exchange) throws IOException {
    NodeView now = view.get();
    switch (exchange.getRequestURI().getPath()) {
      case "/" ->
          send(exchange, 200, "text/html; charset=utf-8", StatusPage.of(now, warnings.get()));
      case "/status.json" ->
          send(
              exchange,
              200,
              "application/json",
              Wire.mapper()
                  .writeValueAsString(
                      Map.of(
                          "node",
                          now,
                          "warnings",
                          warnings.get().stream()
                              .map(line -> Map.of("at", line.at().toString(), "text", line.text()))
                              .toList())));
      case "/metrics" ->
          send(
              exchange,
              200,
              Exposition.CONTENT_TYPE,
              new String(new Exposition(metrics(now)).text(), StandardCharsets.UTF_8));
      case "/healthz" -> {
        String problem = now.problem();
        send(
            exchange,
            problem == null ? 200 : 503,
            "text/plain",
            problem == null ? "ok\n" : problem + "\n");
      }
      default ->
          send(exchange, 404, "text/plain", "There is /, /status.json, /metrics, /healthz.\n");
    }
  }

  /** Made anew for each look, so that nothing is kept up while nobody looks. */
  private static Metrics metrics(NodeView now) {
    Metrics metrics = new Metrics();
    gauge(
        metrics,
        "stoker_node_healthy",
        "Whether nothing keeps it from work",
        now.problem() == null ? 1 : 0);
    gauge(
        metrics,
        "stoker_node_registered",
        "Whether the controller knows it",
        now.registered() ? 1 : 0);
    gauge(metrics, "stoker_node_takes_work", "Whether it asks for tasks", now.takesWork() ? 1 : 0);
    gauge(metrics, "stoker_slots", "Slots of the node", now.slots().size());
    for (var phase : Heartbeat.Phase.values()) {
      String name = phase.name().toLowerCase(Locale.ROOT);
      gauge(
          metrics,
          "stoker_leases_" + name,
          "Leases whose attempt is " + name,
          now.leases().stream().filter(lease -> lease.report().phase() == phase).count());
    }
    gauge(
        metrics, "stoker_io_answers", "Whether the I/O process does", now.cache() == null ? 0 : 1);
    CacheReport cache = now.cache();
    if (cache != null) {
      gauge(metrics, "stoker_cache_bytes", "What the cache holds", cache.bytes());
      gauge(metrics, "stoker_cache_ceiling_bytes", "What it may hold", cache.ceilingBytes());
      gauge(metrics, "stoker_cache_files", "Files in the cache", cache.files());
      count(metrics, "stoker_cache_hit_bytes_total", "Wanted and found here", cache.hitBytes());
      count(metrics, "stoker_cache_miss_bytes_total", "Wanted and fetched", cache.missBytes());
      count(metrics, "stoker_origin_bytes_total", "Fetched from origins", cache.originBytes());
      count(metrics, "stoker_cache_corrupt_grains_total", "Found damaged", cache.corruptGrains());
    }
    return metrics;
  }

  private static void gauge(Metrics metrics, String name, String help, long value) {
    metrics.gauge(name, help, () -> value);
  }

  private static void count(Metrics metrics, String name, String help, long value) {
    metrics.counter(name, help, "").add(value);
  }

  private static void send(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange
        .getResponseHeaders()
        .set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
