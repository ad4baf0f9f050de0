package dev.stoker.agent.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.io.daemon.CacheReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StatusServerTest {
  private volatile @Nullable String problem;
  private StatusServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        StatusServer.start(
            InetSocketAddress.createUnresolved("127.0.0.1", 0),
            this::view,
            () -> List.of(new Warning(Instant.EPOCH, "The disk d1 is full.")));
  }

  @AfterEach
  void end() {
    server.close();
  }

  private NodeView view() {
    Leasing.Lease lease =
        new Leasing.Lease(
            "l1",
            1,
            "j1-1-1",
            "j1",
            "Render",
            "t1",
            0,
            Map.of("Frame", "7"),
            "slot-0",
            30_000,
            null);
    return new NodeView(
        "node-<1>",
        "1.2.3",
        true,
        true,
        problem,
        List.of(
            new NodeView.SlotView("slot-0", "0-3", List.of("GPU-1"), 8L << 30),
            new NodeView.SlotView("slot-1", "4-7", List.of(), 8L << 30)),
        List.of(
            new NodeView.Held(
                lease,
                new Heartbeat.Held(
                    "l1", 1, Heartbeat.Phase.RENDERING, 0.4, "<script>alert(1)</script>", 0, 0))),
        new CacheReport(3, 5L << 30, 10L << 30, 77, 88, 99, 0));
  }

  @Test
  void thePageSaysWhatEachSlotDoesAndWhatTheCacheHoldsAndTrustsNoText() throws IOException {
    String page = get("/", "localhost");
    assertTrue(page.contains("rendering 40 %"), page);
    assertTrue(page.contains("{Frame=7}"), page);
    assertTrue(page.contains("<td>slot-1<td>CPU 4-7, 8.0 GiB<td><td>idle"), page);
    assertTrue(page.contains("5.0 GiB of 10.0 GiB"), page);
    assertTrue(page.contains("The disk d1 is full."), page);
    assertTrue(page.contains("node-&lt;1&gt;"), page);
    assertFalse(page.contains("<script"), page);
    assertTrue(page.contains("Takes work."), page);
  }

  @Test
  void prometheusReadsSlotsLeasesHealthAndCache() throws IOException {
    String metrics = get("/metrics", "127.0.0.1");
    for (String line :
        List.of(
            "stoker_slots 2.0",
            "stoker_leases_rendering 1.0",
            "stoker_leases_queued 0.0",
            "stoker_node_healthy 1.0",
            "stoker_cache_hit_bytes_total 77.0",
            "stoker_origin_bytes_total 99.0")) {
      assertTrue(metrics.contains("\n" + line + "\n"), metrics);
    }
  }

  @Test
  void aNodeThatTakesNoWorkSaysWhyToPeopleAndToProbes() throws IOException {
    assertTrue(get("/healthz", "localhost").startsWith("HTTP/1.1 200"));
    problem = "the disk of /data has only 3 MiB left";
    assertTrue(get("/healthz", "localhost").startsWith("HTTP/1.1 503"));
    assertTrue(get("/", "localhost").contains("only 3 MiB left"));
    JsonNode json = Wire.mapper().readTree(body(get("/status.json", "localhost")));
    assertEquals("the disk of /data has only 3 MiB left", json.at("/node/problem").asText());
    assertEquals("RENDERING", json.at("/node/leases/0/report/phase").asText());
  }

  @Test
  void aNameThatWasMadeToLeadHereGetsNothingAndNothingCanBeChanged() throws IOException {
    assertTrue(get("/", "evil.example").startsWith("HTTP/1.1 403"));
    assertTrue(ask("POST / HTTP/1.1", "localhost").startsWith("HTTP/1.1 405"));
    assertTrue(get("/etc/passwd", "localhost").startsWith("HTTP/1.1 404"));
  }

  private String get(String path, String host) throws IOException {
    return ask("GET " + path + " HTTP/1.1", host);
  }

  private String ask(String line, String host) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              (line + "\r\nHost: " + host + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      socket.getInputStream().transferTo(answer);
      return answer.toString(StandardCharsets.UTF_8);
    }
  }

  private static String body(String answer) {
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }
}
