package dev.stoker.controller.store;

/** The queue could not be read or changed; the message is one sentence for people. */
public final class StoreException extends RuntimeException {
  public StoreException(String sentence) {
    super(sentence);
  }

  public StoreException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
