package dev.stoker.controller.http;

/** Answers requests. Called on a thread of the request's own, which may wait. Thread-safe. */
@FunctionalInterface
public interface Handler {
  /**
   * The answer; what is thrown is answered as 500 and logged.
   *
   * @throws InterruptedException when the server stops; answered as 503
   */
  Answer answer(Incoming request) throws InterruptedException;
}
