package dev.stoker.io.net;

import dev.stoker.io.asset.IoFailure;
import java.time.Duration;
import java.time.Instant;

/** What a status that is no success means for whoever read a pinned asset (RFC 9110 §15). */
public final class StatusFailure {
  private static final long MAX_WAIT_MILLIS = 3_600_000;

  private StatusFailure() {}

  /**
   * @param doing verb phrase with its object, such as {@code read http://host/a.exr}
   * @param said who answered what, such as {@code the server answered 503}
   */
  public static IoFailure of(String doing, HttpAnswer answer, String said) {
    String cannot = "Cannot " + doing + ": " + said;
    return switch (answer.status()) {
      case 401, 403, 407 ->
          new IoFailure.Denied(cannot + "; check the credentials for this origin.");
      case 404, 410 -> new IoFailure.NotFound(cannot + "; there is no such file.");
      case 412, 304 ->
          new IoFailure.Changed(
              "Cannot " + doing + ": it is no longer the version that was pinned (" + said + ").");
      case 416 ->
          new IoFailure.Changed(
              "Cannot "
                  + doing
                  + ": it is shorter than the version that was pinned ("
                  + said
                  + ").");
      case 301, 302, 303, 307, 308 ->
          new IoFailure.Invalid(
              cannot + ", which points to another address; name that address instead.");
      case 408, 425, 429, 500, 502, 503, 504, 509 ->
          new IoFailure.Unavailable(cannot + ".", null, retryAfterMillis(answer));
      default ->
          answer.status() >= 500
              ? new IoFailure.Unavailable(cannot + ".", null, retryAfterMillis(answer))
              : new IoFailure.Invalid(cannot + ".");
    };
  }

  /** {@code Retry-After} in either of its forms (RFC 9110 §10.2.3), at most an hour; -1 without. */
  static long retryAfterMillis(HttpAnswer answer) {
    String exact = answer.header("x-ms-retry-after-ms");
    if (exact != null) {
      long millis = number(exact);
      if (millis >= 0) {
        return Math.min(millis, MAX_WAIT_MILLIS);
      }
    }
    String text = answer.header("Retry-After");
    if (text == null) {
      return -1;
    }
    long seconds = number(text);
    if (seconds >= 0) {
      return Math.min(seconds * 1_000, MAX_WAIT_MILLIS);
    }
    Instant at = HttpDate.parse(text);
    return at == null
        ? -1
        : Math.clamp(Duration.between(Instant.now(), at).toMillis(), 0, MAX_WAIT_MILLIS);
  }

  private static long number(String text) {
    return !text.isEmpty() && text.length() <= 9 && text.chars().allMatch(c -> c >= '0' && c <= '9')
        ? Long.parseLong(text)
        : -1;
  }
}
