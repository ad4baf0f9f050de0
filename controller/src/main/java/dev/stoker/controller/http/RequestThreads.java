package dev.stoker.controller.http;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs handlers, each on a virtual thread, and sees to it that every request gets an answer.
 * Thread-safe.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Requests are told by their connections.
final class RequestThreads implements AutoCloseable {
  private static final Logger LOG = System.getLogger(RequestThreads.class.getName());

  /** For those that were interrupted; they wait for nothing else. */
  private static final Duration LAST_WAIT = Duration.ofSeconds(5);

  private final HttpLimits limits;
  private final Handler handler;
  private final BodyBudget budget;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory());
  private final AtomicInteger inWork = new AtomicInteger();
  private final AtomicInteger streaming = new AtomicInteger();
  private final Map<Exchange, Outlet> outlets = new ConcurrentHashMap<>();

  RequestThreads(HttpLimits limits, Handler handler, BodyBudget budget) {
    this.limits = limits;
    this.handler = handler;
    this.budget = budget;
  }

  /** Has a request handled, or refuses it when there are too many. Does not wait. */
  void handle(Exchange exchange) {
    if (inWork.get() >= limits.requests()) {
      exchange.connection.answer(
          exchange, Answer.refusal(503, "The controller has too much to do; ask again."));
      return;
    }
    execute(exchange, () -> handler.answer(exchange));
  }

  int requestCount() {
    return inWork.get();
  }

  private void execute(Exchange exchange, Callable<Answer> work) {
    inWork.incrementAndGet();
    try {
      threads.execute(
          () -> {
            Answer answer;
            try {
              answer = answer(exchange, work);
            } finally {
              exchange.forgetBody(budget);
              inWork.decrementAndGet();
            }
            give(exchange, answer);
          });
    } catch (RejectedExecutionException e) {
      inWork.decrementAndGet();
      exchange.connection.answer(exchange, HttpServer.stopping());
    }
  }

  private Answer answer(Exchange exchange, Callable<Answer> work) {
    try {
      return work.call();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return HttpServer.stopping();
    } catch (Exception | Error e) {
      // The path only: query and headers may carry what nobody else should read.
      LOG.log(Level.WARNING, "Cannot answer " + exchange.method() + " " + exchange.path() + ".", e);
      return Answer.refusal(500, "The controller failed at this request; its log says more.");
    }
  }

  private void give(Exchange exchange, Answer answer) {
    switch (answer) {
      case Answer.Whole whole -> exchange.connection.answer(exchange, whole);
      case Answer.Later(var ready, var then) -> park(exchange, ready, then);
      case Answer.Stream stream -> stream(exchange, stream);
    }
  }

  private void park(Exchange exchange, CompletableFuture<?> ready, Callable<Answer> then) {
    if (!exchange.waitsFor(ready)) {
      ready.cancel(false);
    } else if (exchange.connection.isStopping() && exchange.endWait()) {
      exchange.connection.answer(exchange, HttpServer.stopping());
    }
    // Whoever cancelled has answered, or knows that nobody listens.
    ready.whenComplete(
        (value, failure) -> {
          if (!ready.isCancelled()) {
            exchange.waitsNoMore();
            execute(exchange, then);
          }
        });
  }

  private void stream(Exchange exchange, Answer.Stream stream) {
    if (streaming.incrementAndGet() > limits.streams()) {
      streaming.decrementAndGet();
      exchange.connection.answer(
          exchange, Answer.refusal(503, "The controller has too many watchers; ask again."));
      return;
    }
    var outlet = new Outlet(exchange.connection.channel(), limits.stall());
    var writing = new FutureTask<>(() -> write(exchange, stream, outlet), true);
    outlets.put(exchange, outlet);
    try {
      if (exchange.waitsFor(writing)) {
        // On this thread: cancelling the task interrupts it.
        writing.run();
      }
    } finally {
      exchange.waitsNoMore();
      outlets.remove(exchange);
      streaming.decrementAndGet();
    }
  }

  private void write(Exchange exchange, Answer.Stream stream, Outlet outlet) {
    exchange.connection.begin(exchange, stream);
    boolean whole = false;
    try {
      stream.body().writeTo(outlet);
      whole = true;
    } catch (InterruptedException e) {
      // The caller left, or the server stops: what was sent is all there is.
      whole = true;
    } catch (IOException e) {
      // The caller is gone or reads nothing.
    } catch (RuntimeException | Error e) {
      LOG.log(
          Level.WARNING,
          "Cannot go on answering " + exchange.method() + " " + exchange.path() + ".",
          e);
    } finally {
      exchange.connection.end(exchange, whole);
    }
  }

  /** The connection of an exchange has room again, or ended. */
  void wake(Exchange exchange) {
    Outlet outlet = outlets.get(exchange);
    if (outlet != null) {
      outlet.wake();
    }
  }

  @Override
  public void close() {
    threads.shutdown();
    boolean ended = ends(limits.stop());
    if (!ended) {
      threads.shutdownNow();
      ended = ends(LAST_WAIT);
    }
    if (!ended) {
      LOG.log(Level.WARNING, "Some requests did not end; stopping without them.");
    }
  }

  private boolean ends(Duration wait) {
    try {
      return threads.awaitTermination(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
