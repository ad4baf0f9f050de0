package dev.stoker.controller.api;

/** The controller cannot start as it is set; the message is one sentence for people. */
public final class StartException extends RuntimeException {
  public StartException(String sentence) {
    super(sentence);
  }

  public StartException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
