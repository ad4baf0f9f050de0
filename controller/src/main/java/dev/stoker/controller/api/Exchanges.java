package dev.stoker.controller.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.stoker.controller.dispatch.JobProgress;
import dev.stoker.controller.dispatch.Parked;
import dev.stoker.controller.dispatch.Refusal;
import dev.stoker.controller.dispatch.TokenDesk;
import dev.stoker.controller.http.Answer;
import dev.stoker.controller.http.Handler;
import dev.stoker.controller.http.Incoming;
import dev.stoker.controller.http.Problem;
import dev.stoker.controller.observe.ControllerMetrics;
import dev.stoker.controller.protocol.Failure;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.controller.store.StoreException;
import dev.stoker.controller.web.Mailbox;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Answers every request, whatever happens, with JSON. */
final class Exchanges implements Handler {
  private static final Logger LOG = System.getLogger(Exchanges.class.getName());

  private static final int LONGEST_ACTION = 300;
  private static final long LOG_EVERY_NANOS = 1_000_000_000;

  private static final Map<String, String> HEADERS =
      Map.of("Cache-Control", "no-store", "X-Content-Type-Options", "nosniff");

  private static final Map<String, String> UNKNOWN_CALLER =
      Map.of(
          "Cache-Control",
          "no-store",
          "X-Content-Type-Options",
          "nosniff",
          "WWW-Authenticate",
          "Bearer");

  private final TokenDesk deeds;
  private final Access access;
  private final Routes routes;
  private final AtomicLong loggedNanos = new AtomicLong(System.nanoTime() - LOG_EVERY_NANOS);
  private final LongAdder unlogged = new LongAdder();
  private final PageAnswers page = new PageAnswers();

  private final ControllerMetrics metrics;

  Exchanges(Access access, Routes routes, TokenDesk deeds, ControllerMetrics metrics) {
    this.deeds = deeds;
    this.metrics = metrics;
    this.access = access;
    this.routes = routes;
  }

  @Override
  public Answer answer(Incoming incoming) throws InterruptedException {
    long startNanos = System.nanoTime();
    try {
      return measured(incoming, startNanos, answer(incoming, value(incoming)));
    } catch (RuntimeException e) {
      return measured(incoming, startNanos, failure(incoming, e));
    }
  }

  /** Counts the answer when it is there; a stream when it begins. */
  private Answer measured(Incoming incoming, long startNanos, Answer answer) {
    return switch (answer) {
      case Answer.Later(var ready, var then) ->
          new Answer.Later(ready, () -> measured(incoming, startNanos, then.call()));
      case Answer.Whole whole -> counted(incoming, startNanos, whole, whole.status());
      case Answer.Stream stream -> counted(incoming, startNanos, stream, stream.status());
    };
  }

  private Answer counted(Incoming incoming, long startNanos, Answer answer, int status) {
    String call = CallNames.of(incoming.method(), incoming.path());
    metrics.answered(call, status, System.nanoTime() - startNanos);
    return answer;
  }

  private Object value(Incoming incoming) throws InterruptedException {
    if (incoming.method().equals("GET")) {
      Answer file = page.file(incoming);
      if (file != null) {
        return file;
      }
    }
    Caller caller = caller(incoming);
    var request = new Request(incoming, caller, () -> isStill(incoming, caller));
    if (!isDeed(incoming, caller)) {
      return routes.answer(request);
    }
    int status = 500;
    try {
      Object body = routes.answer(request);
      status = 200;
      return body;
    } catch (RuntimeException e) {
      status = status(e);
      throw e;
    } finally {
      String action = incoming.method() + " " + incoming.path();
      // Whoever shows nothing and proves nothing fills no log.
      if (!(caller instanceof Caller.Stranger) || status == 200 || status == 403) {
        deeds.record(
            request.actor == null ? caller.label() : request.actor, shortened(action), status);
      }
    }
  }

  private Caller caller(Incoming incoming) {
    String authorization = incoming.header("Authorization");
    String host = incoming.header("Host");
    return switch (incoming.method() + " " + incoming.path()) {
      case "GET /healthz" -> new Caller.Stranger();
      case "POST /v1/nodes", "POST /v1/challenges" ->
          access.identifyJoining(authorization, host, incoming.remote());
      default -> access.identify(authorization, host, incoming.remote());
    };
  }

  private Answer answer(Incoming incoming, Object value) {
    return switch (value) {
      case Answer made -> made;
      case Mailbox mailbox -> PageAnswers.stream(mailbox);
      case JobProgress.Picture picture -> PageAnswers.picture(picture);
      case Parked<?>(var ready, var then) -> new Answer.Later(ready, () -> later(incoming, then));
      default -> json(200, value);
    };
  }

  private Answer later(Incoming incoming, Callable<?> then) throws Exception {
    try {
      return answer(incoming, then.call());
    } catch (RuntimeException e) {
      return failure(incoming, e);
    }
  }

  private Answer.Whole failure(Incoming incoming, RuntimeException e) {
    int status = status(e);
    logFault(incoming, status, e);
    Answer.Whole answer = json(status, new Failure(sentence(status, e)));
    if (!(e instanceof Problem problem) || problem.headers().isEmpty()) {
      return answer;
    }
    Map<String, String> headers = new HashMap<>(answer.headers());
    headers.putAll(problem.headers());
    return new Answer.Whole(status, answer.contentType(), headers, answer.body());
  }

  private boolean isStill(Incoming incoming, Caller caller) {
    try {
      return caller(incoming).equals(caller);
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** What a person or a joining machine changes, or tries to; nodes' own calls are in the queue. */
  private static boolean isDeed(Incoming incoming, Caller caller) {
    boolean reads = incoming.method().equals("GET");
    boolean asks = incoming.path().equals("/v1/challenges");
    return switch (caller) {
      case Caller.User user -> !reads && !asks;
      case Caller.Joiner joiner -> !reads && !asks;
      case Caller.Stranger stranger -> !reads && !asks;
      case Caller.Node node -> false;
      case Caller.Anyone anyone -> false;
    };
  }

  private static String shortened(String action) {
    return action.length() <= LONGEST_ACTION ? action : action.substring(0, LONGEST_ACTION);
  }

  private static Answer.Whole json(int status, Object value) {
    return new Answer.Whole(
        status, "application/json", status == 401 ? UNKNOWN_CALLER : HEADERS, json(value));
  }

  private static byte[] json(Object value) {
    try {
      return Wire.mapper().writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("An answer cannot be written as JSON.", e);
    }
  }

  private static int status(RuntimeException e) {
    return switch (e) {
      case Problem problem -> problem.status();
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

  /** A store that is away fails every call: one of them a second says so for all. */
  private void logFault(Incoming incoming, int status, RuntimeException e) {
    if (status < 500) {
      return;
    }
    long now = System.nanoTime();
    long last = loggedNanos.get();
    if (now - last < LOG_EVERY_NANOS || !loggedNanos.compareAndSet(last, now)) {
      unlogged.increment();
      return;
    }
    long others = unlogged.sumThenReset();
    String more = others == 0 ? "" : " " + others + " other calls failed since the last line.";
    // The path only: query and headers may carry what nobody else should read.
    LOG.log(
        Level.WARNING,
        "Cannot answer " + incoming.method() + " " + incoming.path() + "." + more,
        e);
  }
}
