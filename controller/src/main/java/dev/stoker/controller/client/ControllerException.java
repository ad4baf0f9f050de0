package dev.stoker.controller.client;

/** A call that the controller refused or that did not reach it. */
public final class ControllerException extends RuntimeException {
  /** The {@link #status} of a call that got no answer. */
  public static final int UNREACHABLE = 0;

  private final int status;

  ControllerException(int status, String sentence) {
    super(sentence);
    this.status = status;
  }

  ControllerException(int status, String sentence, Throwable cause) {
    super(sentence, cause);
    this.status = status;
  }

  /** The HTTP status, or {@link #UNREACHABLE}. */
  public int status() {
    return status;
  }

  /** One sentence that says what was wrong and what to do. */
  public String sentence() {
    return String.valueOf(getMessage());
  }

  /**
   * Whether the same call may succeed later: no answer, 408, 429 or 5xx. Every call of {@link
   * ControllerClient} is safe to repeat.
   */
  public boolean retryable() {
    return status == UNREACHABLE || status == 408 || status == 429 || status >= 500;
  }
}
