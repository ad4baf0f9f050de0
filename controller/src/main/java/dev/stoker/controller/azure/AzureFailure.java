package dev.stoker.controller.azure;

/** Azure did not answer as it should; the message is one sentence. */
public final class AzureFailure extends RuntimeException {
  AzureFailure(String sentence) {
    super(sentence);
  }

  AzureFailure(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
