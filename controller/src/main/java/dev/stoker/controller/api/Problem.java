package dev.stoker.controller.api;

/** An answer that is not 2xx. */
final class Problem extends RuntimeException {
  final int status;

  Problem(int status, String sentence) {
    super(sentence, null, false, false);
    this.status = status;
  }
}
