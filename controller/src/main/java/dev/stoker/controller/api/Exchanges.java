package dev.stoker.controller.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.stoker.controller.dispatch.Refusal;
import dev.stoker.controller.dispatch.TokenDesk;
import dev.stoker.controller.protocol.Failure;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.controller.store.StoreException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Answers every request, whatever happens, with JSON. */
final class Exchanges implements HttpHandler {
  private static final Logger LOG = System.getLogger(Exchanges.class.getName());

  private static final int LONGEST_ACTION = 300;

  private final TokenDesk deeds;
  private final Access access;
  private final Routes routes;
  private final Bodies bodies = new Bodies();

  Exchanges(Access access, Routes routes, TokenDesk deeds) {
    this.deeds = deeds;
    this.access = access;
    this.routes = routes;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      int status;
      Object body;
      try {
        body = answer(exchange);
        status = 200;
      } catch (RuntimeException e) {
        status = status(e);
        body = new Failure(sentence(status, e));
        logFault(exchange, status, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        status = 503;
        body = new Failure("The controller is stopping; ask again in a moment.");
      }
      send(exchange, status, body);
    }
  }

  private Object answer(HttpExchange exchange) throws IOException, InterruptedException {
    var headers = exchange.getRequestHeaders();
    boolean health = exchange.getRequestURI().getRawPath().equals("/healthz");
    Caller caller =
        health
            ? new Caller.Joiner(null)
            : access.identify(
                headers.getFirst("Authorization"),
                headers.getFirst("Host"),
                exchange.getRemoteAddress().getAddress());
    if (!isDeed(exchange, caller)) {
      return routes.answer(new Request(exchange, caller, bodies));
    }
    int status = 500;
    try {
      Object body = routes.answer(new Request(exchange, caller, bodies));
      status = 200;
      return body;
    } catch (RuntimeException e) {
      status = status(e);
      throw e;
    } finally {
      String action = exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath();
      deeds.record(caller.label(), shortened(action), status);
    }
  }

  /** What a person or a joining machine changes, or tries to; nodes' own calls are in the queue. */
  private static boolean isDeed(HttpExchange exchange, Caller caller) {
    boolean reads = exchange.getRequestMethod().equals("GET");
    return !reads && (caller instanceof Caller.User || caller instanceof Caller.Joiner);
  }

  private static String shortened(String action) {
    return action.length() <= LONGEST_ACTION ? action : action.substring(0, LONGEST_ACTION);
  }

  private static void send(HttpExchange exchange, int status, Object body) throws IOException {
    byte[] json = json(body);
    var headers = exchange.getResponseHeaders();
    headers.set("Content-Type", "application/json");
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    if (status == 401) {
      headers.set("WWW-Authenticate", "Bearer");
    }
    exchange.sendResponseHeaders(status, json.length);
    exchange.getResponseBody().write(json);
  }

  private static byte[] json(Object body) {
    try {
      return Wire.mapper().writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("An answer cannot be written as JSON.", e);
    }
  }

  private static int status(RuntimeException e) {
    return switch (e) {
      case Problem problem -> problem.status;
      case Refusal refusal ->
          switch (refusal.kind()) {
            case INVALID -> 400;
            case FORBIDDEN -> 403;
            case MISSING -> 404;
            case FENCED -> 409;
            case TOO_LARGE -> 413;
          };
      case StoreException store -> 503;
      default -> 500;
    };
  }

  private static String sentence(int status, RuntimeException e) {
    return status == 500
        ? "The controller failed at this request; its log says more."
        : String.valueOf(e.getMessage());
  }

  private static void logFault(HttpExchange exchange, int status, RuntimeException e) {
    if (status >= 500) {
      // The path only: query and headers may carry what nobody else should read.
      String what = exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath();
      LOG.log(Level.WARNING, "Cannot answer " + what + ".", e);
    }
  }
}
