package dev.stoker.io.publish.blob;

import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpAnswer;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an answer of the Blob service to a write means
 * (https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes).
 */
final class BlobRefusals {
  private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z]{1,64})</Code>");

  /** Conflicts that pass by themselves. */
  private static final Set<String> PASSING =
      Set.of("ContainerBeingDeleted", "OperationTimedOut", "ServerBusy", "InternalError");

  /** A person, or a policy that a person made, holds the blob. */
  private static final Set<String> HELD =
      Set.of(
          "BlobImmutableDueToPolicy",
          "LeaseIdMissing",
          "LeaseIdMismatchWithBlobOperation",
          "BlobArchived",
          "InvalidBlobType",
          "UnauthorizedBlobOverwrite");

  private BlobRefusals() {}

  static String code(HttpAnswer answer) {
    String header = answer.header("x-ms-error-code");
    if (header != null) {
      return header;
    }
    Matcher matcher = CODE.matcher(answer.text());
    return matcher.find() ? matcher.group(1) : "";
  }

  /**
   * @param doing such as {@code write}
   * @param identity as which we asked, for the message
   */
  static IoFailure of(String doing, BlobUri uri, HttpAnswer answer, String identity) {
    int status = answer.status();
    String code = code(answer);
    String what = "Cannot " + doing + " " + uri + ": ";
    if (PASSING.contains(code)) {
      return unavailable(what, answer, code);
    }
    if (HELD.contains(code)) {
      return new IoFailure.Denied(
          what + "the blob is held (" + code + "); release it or choose another name.");
    }
    return switch (status) {
      case 401, 403 ->
          new IoFailure.Denied(
              what
                  + "the account answered "
                  + named(status, code)
                  + " to "
                  + identity
                  + "; check that it has the role Storage Blob Data Contributor.");
      case 404 -> notFound(what, uri, code);
      case 409, 412 ->
          new IoFailure.Fenced(
              what + "its condition does not hold any more (" + named(status, code) + ").");
      case 400 -> malformed(what, code);
      case 408, 429, 500, 502, 503, 504 -> unavailable(what, answer, code);
      default -> new IoFailure.Invalid(what + "the account answered " + named(status, code) + ".");
    };
  }

  private static IoFailure notFound(String what, BlobUri uri, String code) {
    return new IoFailure.NotFound(
        code.equals("ContainerNotFound")
            ? what + "there is no container '" + uri.container() + "'; create it first."
            : what + "the account answered " + named(404, code) + ".");
  }

  private static IoFailure malformed(String what, String code) {
    return switch (code) {
      case "InvalidBlockList" ->
          new IoFailure.Fenced(
              what
                  + "its staged blocks are gone; another attempt was published (400 "
                  + code
                  + ").");
      case "Md5Mismatch", "Crc64Mismatch" ->
          new IoFailure.Corrupt(what + "the bytes changed on their way (400 " + code + ").");
      case "InvalidBlobOrBlock" ->
          new IoFailure.Invalid(
              what
                  + "another program left uncommitted blocks there (400 "
                  + code
                  + "); delete the blob, choose another name, or wait the 7 days they live.");
      default -> new IoFailure.Invalid(what + "the account answered " + named(400, code) + ".");
    };
  }

  private static IoFailure unavailable(String what, HttpAnswer answer, String code) {
    return new IoFailure.Unavailable(
        what + "the account is busy or broken (" + named(answer.status(), code) + ").",
        null,
        retryAfterMillis(answer));
  }

  private static long retryAfterMillis(HttpAnswer answer) {
    String seconds = answer.header("Retry-After");
    // The service sends seconds, never a date; 8 digits cannot overflow.
    return seconds != null && seconds.matches("[0-9]{1,8}") ? Long.parseLong(seconds) * 1000 : -1;
  }

  private static String named(int status, String code) {
    return code.isEmpty() ? String.valueOf(status) : status + " " + code;
  }
}
