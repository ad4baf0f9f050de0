package dev.stoker.controller.http;

/** An answer that is not 2xx, in one sentence. */
public final class Problem extends RuntimeException {
  private final int status;

  public Problem(int status, String sentence) {
    // Problems are answers, not faults: nobody reads their stack.
    super(sentence, null, false, false);
    this.status = status;
  }

  public int status() {
    return status;
  }
}
