package dev.stoker.controller.attest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * On one real socket: the resource manager's scale sets, the metadata service's identity, and
 * certificates by path; with the documented paths, parameters and forms of answer.
 */
public final class FakeAzure implements AutoCloseable {
  private static final String TOKEN = "token-of-the-controllers-identity";

  private final HttpServer server;

  /** Machines of uniform scale sets, by the set's resource id; each listing comes in two pages. */
  public final Map<String, List<String>> uniform = new ConcurrentHashMap<>();

  /** Machines of flexible scale sets, likewise. */
  public final Map<String, List<String>> flexible = new ConcurrentHashMap<>();

  /** Certificates by path. */
  public final Map<String, byte[]> certificates = new ConcurrentHashMap<>();

  /** Paths and queries that were asked for. */
  public final List<String> asked = new CopyOnWriteArrayList<>();

  public volatile int managerStatus = 200;

  public FakeAzure() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Host and port, as in a URL. */
  public String host() {
    return address().getAuthority();
  }

  private void answer(HttpExchange call) throws IOException {
    String path = call.getRequestURI().getPath();
    String query = String.valueOf(call.getRequestURI().getQuery());
    asked.add(path + "?" + query);
    byte[] certificate = certificates.get(path);
    if (certificate != null) {
      send(call, 200, certificate);
    } else if (path.equals("/metadata/identity/oauth2/token")) {
      boolean asDocumented =
          "true".equals(call.getRequestHeaders().getFirst("Metadata"))
              && query.contains("api-version=2018-02-01")
              && query.contains("resource=" + address() + "/");
      send(
          call,
          asDocumented ? 200 : 400,
          "{\"access_token\": \"%s\", \"expires_in\": \"86399\", \"token_type\": \"Bearer\"}"
              .formatted(TOKEN));
    } else if (!("Bearer " + TOKEN).equals(call.getRequestHeaders().getFirst("Authorization"))) {
      send(call, 401, "{}");
    } else if (managerStatus != 200) {
      send(call, managerStatus, "{\"error\": {\"code\": \"Broken\"}}");
    } else {
      resource(call, path, query);
    }
  }

  private void resource(HttpExchange call, String path, String query) throws IOException {
    String set = path.replaceFirst("/virtualMachines$", "");
    if (!query.contains("api-version=")) {
      send(call, 400, "{}");
    } else if (path.endsWith("/virtualMachines") && uniform.containsKey(set)) {
      list(call, uniform.get(set), query, path);
    } else if (path.endsWith("Microsoft.Compute/virtualMachines")) {
      String wanted = query.replaceFirst(".*'virtualMachineScaleSet/id' eq '([^']+)'.*", "$1");
      list(call, flexible.getOrDefault(wanted, List.of()), query, path);
    } else if (uniform.containsKey(path) || flexible.containsKey(path)) {
      String mode = uniform.containsKey(path) ? "Uniform" : "Flexible";
      send(call, 200, "{\"properties\": {\"orchestrationMode\": \"%s\"}}".formatted(mode));
    } else {
      send(call, 404, "{\"error\": {\"code\": \"ResourceNotFound\"}}");
    }
  }

  /** The first machine on one page, the others on the next. */
  private void list(HttpExchange call, List<String> machines, String query, String path)
      throws IOException {
    boolean second = query.contains("page=2");
    List<String> shown =
        second
            ? machines.subList(Math.min(1, machines.size()), machines.size())
            : machines.subList(0, Math.min(1, machines.size()));
    String value =
        String.join(
            ",",
            shown.stream()
                .map(vmId -> "{\"properties\": {\"vmId\": \"%s\"}}".formatted(vmId))
                .toList());
    String next =
        second
            ? ""
            : ", \"nextLink\": \"%s%s?%s&page=2\""
                .formatted(address(), path, call.getRequestURI().getRawQuery());
    send(call, 200, "{\"value\": [" + value + "]" + next + "}");
  }

  private static void send(HttpExchange call, int status, String body) throws IOException {
    send(call, status, body.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange call, int status, byte[] body) throws IOException {
    call.sendResponseHeaders(status, body.length);
    call.getResponseBody().write(body);
    call.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
