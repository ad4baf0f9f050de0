package dev.stoker.controller.http;

import java.util.Map;

/** An answer that is not 2xx, in one sentence. */
@SuppressWarnings("serial") // Nobody serializes it.
public final class Problem extends RuntimeException {
  private final int status;
  private final Map<String, String> headers;

  public Problem(int status, String sentence) {
    this(status, sentence, Map.of());
  }

  /**
   * @param headers what the answer bears beside the usual ones
   */
  public Problem(int status, String sentence, Map<String, String> headers) {
    // Problems are answers, not faults: nobody reads their stack.
    super(sentence, null, false, false);
    this.status = status;
    this.headers = Map.copyOf(headers);
  }

  public Map<String, String> headers() {
    return headers;
  }

  public int status() {
    return status;
  }
}
