package dev.stoker.agent.azure;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * Azure's metadata service on a real socket: the documented paths, versions, header and documents,
 * and answers that go wrong when a test says so.
 */
public final class FakeMetadata implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile String events = "";
  private volatile long delayMillis;

  /** Statuses of the next answers about events; 200 when there are none. */
  public final BlockingQueue<Integer> failures = new LinkedBlockingQueue<>();

  /** Bodies, to be sent as they are, of the next answers about events; usual ones afterwards. */
  public final BlockingQueue<String> nonsense = new LinkedBlockingQueue<>();

  /** Whether the next answer about events begins and never ends. */
  public volatile boolean trickles;

  /** Bodies of acknowledgements. */
  public final List<String> acknowledged = new CopyOnWriteArrayList<>();

  /** Signs the document for a nonce. */
  public volatile UnaryOperator<String> signs = nonce -> "";

  /** How often events were asked for. */
  public final AtomicInteger asked = new AtomicInteger();

  public FakeMetadata() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/metadata/instance/compute", this::compute);
    server.createContext("/metadata/scheduledevents", this::scheduledEvents);
    server.createContext("/metadata/attested/document", this::attestedDocument);
    server.start();
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Announces an event, as the documentation shows it. */
  public void announce(String id, String type, String machine, Instant notBefore) {
    events =
        """
        {"EventId": "%s", "EventStatus": "Scheduled", "EventType": "%s", "ResourceType": "VirtualMachine",
         "Resources": ["%s"], "NotBefore": "%s", "Description": "", "EventSource": "Platform", "DurationInSeconds": -1}
        """
            .formatted(
                id,
                type,
                machine,
                DateTimeFormatter.RFC_1123_DATE_TIME.format(notBefore.atZone(ZoneOffset.UTC)));
  }

  public void callOff() {
    events = "";
  }

  public void delay(long millis) {
    delayMillis = millis;
  }

  private void compute(HttpExchange call) throws IOException {
    answer(
        call,
        200,
        """
        {"name": "render_3", "vmId": "02aab8a4-74ef-476e-8182-f6d2ba4166a6", "vmSize": "Standard_NC24ads_A100_v4",
         "location": "westeurope", "zone": "2", "priority": "Spot", "evictionPolicy": "Delete",
         "vmScaleSetName": "render", "osType": "Linux", "tagsList": []}
        """);
  }

  private void attestedDocument(HttpExchange call) throws IOException {
    String nonce = call.getRequestURI().getQuery().replaceFirst(".*&nonce=", "");
    answer(
        call,
        200,
        "{\"encoding\": \"pkcs7\", \"signature\": \"%s\"}".formatted(signs.apply(nonce)));
  }

  private void scheduledEvents(HttpExchange call) throws IOException {
    if (call.getRequestMethod().equals("POST")) {
      acknowledged.add(new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      answer(call, 200, "");
      return;
    }
    asked.incrementAndGet();
    Integer failure = failures.poll();
    try {
      Thread.sleep(delayMillis); // the service's own slowness, which a test asked for
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (trickles) {
      trickles = false;
      call.sendResponseHeaders(200, 0);
      call.getResponseBody().write('{');
      call.getResponseBody().flush();
      return; // the exchange stays open until the server stops
    }
    String said = nonsense.poll();
    answer(
        call,
        failure == null ? 200 : failure,
        said == null ? "{\"DocumentIncarnation\": 2, \"Events\": [" + events + "]}" : said);
  }

  private static void answer(HttpExchange call, int status, String body) throws IOException {
    boolean asDocumented =
        "true".equals(call.getRequestHeaders().getFirst("Metadata"))
            && String.valueOf(call.getRequestURI().getQuery()).startsWith("api-version=");
    byte[] bytes =
        (asDocumented ? body : "{\"error\": \"Bad request\"}").getBytes(StandardCharsets.UTF_8);
    call.sendResponseHeaders(asDocumented ? status : 400, bytes.length == 0 ? -1 : bytes.length);
    call.getResponseBody().write(bytes);
    call.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
