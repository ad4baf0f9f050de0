package dev.stoker.agent.demo;

/** The demo cannot go on; the message is one sentence for the person who started it. */
public final class DemoFailure extends RuntimeException {
  public DemoFailure(String message) {
    super(message);
  }

  public DemoFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
