package dev.stoker.controller.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.stoker.controller.protocol.Failure;
import dev.stoker.controller.protocol.Wire;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Sends one request, and turns every way in which it can end into a value or one sentence. */
final class HttpCalls implements AutoCloseable {
  /**
   * A controller in the same region answers in milliseconds; a flush of a busy disk takes seconds.
   */
  private static final Duration DEADLINE = Duration.ofSeconds(15);

  private static final Duration CONNECT_DEADLINE = Duration.ofSeconds(5);

  private final URI base;
  private final Supplier<@Nullable String> token;
  private final HttpClient http;
  private final ServerClock clock;

  HttpCalls(URI base, @Nullable String token, @Nullable SSLContext trust) {
    this(checked(base), () -> token, client(base, trust), new ServerClock(Clock.systemUTC()));
  }

  private HttpCalls(
      URI base, Supplier<@Nullable String> token, HttpClient http, ServerClock clock) {
    this.base = base;
    this.token = token;
    this.http = http;
    this.clock = clock;
  }

  ServerClock clock() {
    return clock;
  }

  private static HttpClient client(URI base, @Nullable SSLContext trust) {
    boolean tls = "https".equals(base.getScheme());
    HttpClient.Builder builder =
        (tls ? HttpClient.newBuilder() : PlainHttp.builder())
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_DEADLINE)
            .followRedirects(HttpClient.Redirect.NEVER);
    if (tls && trust != null) {
      builder.sslContext(trust);
    }
    return builder.build();
  }

  private static URI checked(URI base) {
    boolean isHttp = "http".equals(base.getScheme()) || "https".equals(base.getScheme());
    if (!isHttp || base.getHost() == null) {
      throw new IllegalArgumentException(
          "'" + base + "' is not a controller's URL; it looks like http://HOST:PORT.");
    }
    return base;
  }

  HttpCalls withToken(Supplier<@Nullable String> other) {
    return new HttpCalls(base, other, http, clock);
  }

  <T> T get(String path, Class<T> type, Duration wait) {
    return call(request(path, wait).GET().build(), type);
  }

  <T> T post(String path, Object body, Class<T> type, Duration wait) {
    return post(path, body, type, wait, Map.of());
  }

  <T> T post(String path, Object body, Class<T> type, Duration wait, Map<String, String> headers) {
    HttpRequest.Builder builder = request(path, wait);
    headers.forEach(builder::header);
    return call(
        builder
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(json(body)))
            .build(),
        type);
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }

  private HttpRequest.Builder request(String path, Duration wait) {
    String prefix = base.toString();
    String root = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(root + path)).timeout(DEADLINE.plus(wait));
    String shown = token.get();
    if (shown != null) {
      builder.header("Authorization", "Bearer " + shown);
    }
    return builder;
  }

  private <T> T call(HttpRequest request, Class<T> type) {
    Instant sent = clock.now();
    HttpResponse<byte[]> response = exchange(request);
    clock.heard(sent, response);
    if (response.statusCode() / 100 != 2) {
      throw new ControllerException(response.statusCode(), sentence(response));
    }
    try {
      return Wire.mapper().readValue(response.body(), type);
    } catch (IOException e) {
      throw new ControllerException(
          ControllerException.UNREACHABLE,
          "What answers at " + base + " is not a Stoker controller; check --controller.",
          e);
    }
  }

  private HttpResponse<byte[]> exchange(HttpRequest request) {
    try {
      try {
        return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      } catch (ConnectException | HttpTimeoutException | SSLException e) {
        throw e;
      } catch (IOException e) {
        // The server may close an idle connection just when it is used again; calls may be
        // repeated.
        return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      }
    } catch (IOException e) {
      throw new ControllerException(ControllerException.UNREACHABLE, unreachable(request, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ControllerException(
          ControllerException.UNREACHABLE, "The call to " + base + " was interrupted.", e);
    }
  }

  private String unreachable(HttpRequest request, IOException e) {
    return switch (e) {
      case HttpConnectTimeoutException timeout ->
          "Cannot reach the controller at "
              + base
              + ": no connection within "
              + CONNECT_DEADLINE.toSeconds()
              + " s; check the address and the network.";
      case ConnectException refused ->
          "Cannot reach the controller at "
              + base
              + ": nothing accepts connections there; start it, or check --controller.";
      case HttpTimeoutException timeout ->
          "The controller at "
              + base
              + " did not answer within "
              + request.timeout().orElse(DEADLINE).toSeconds()
              + " s; ask again.";
      case SSLException untrusted ->
          "Cannot trust the controller at "
              + base
              + ": "
              + untrusted.getMessage()
              + "; check its certificate and the CA file.";
      default ->
          "The connection to the controller at "
              + base
              + " broke ("
              + e.getMessage()
              + "); ask again.";
    };
  }

  private String sentence(HttpResponse<byte[]> response) {
    try {
      Failure failure = Wire.mapper().readValue(response.body(), Failure.class);
      if (failure != null && failure.error() != null && !failure.error().isBlank()) {
        return failure.error();
      }
    } catch (IOException e) {
      // Something between us and the controller answered in its own words.
    }
    return "The controller at "
        + base
        + " answered "
        + response.statusCode()
        + "; check --controller and any proxy on the way.";
  }

  private static byte[] json(Object body) {
    try {
      return Wire.mapper().writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("The request cannot be written as JSON.", e);
    }
  }
}
