package dev.stoker.io.source.blob;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpAnswer;
import dev.stoker.io.net.StatusFailure;

/** Says what the service's refusals mean ("Blob service error codes"), in one place. */
final class BlobRefusal {
  private BlobRefusal() {}

  static IoFailure of(String doing, HttpAnswer answer, String identity, String role) {
    String code = code(answer);
    String said = "the account answered " + answer.status() + (code.isEmpty() ? "" : " " + code);
    return switch (answer.status()) {
      case 401, 403 ->
          new IoFailure.Denied(
              "Cannot "
                  + doing
                  + ": "
                  + said
                  + " to "
                  + identity
                  + "; check that it has the role '"
                  + role
                  + "' on the container and that the account's firewall lets this machine"
                  + " in.");
      case 404 ->
          new IoFailure.NotFound(
              "Cannot "
                  + doing
                  + ": there is no such "
                  + (code.startsWith("Container") ? "container" : "blob")
                  + ".");
      case 409 ->
          code.equals("BlobArchived") || code.equals("BlobBeingRehydrated")
              ? archived(doing)
              : new IoFailure.Invalid("Cannot " + doing + ": " + said + ".");
      default -> StatusFailure.of(doing, answer, said);
    };
  }

  static IoFailure archived(String doing) {
    return new IoFailure.Denied(
        "Cannot "
            + doing
            + ": it lies in the archive tier; move it to Hot or Cool first, which"
            + " takes hours.");
  }

  /** The service's own word for it, or the empty string. */
  static String code(HttpAnswer answer) {
    String header = answer.header("x-ms-error-code");
    if (header != null) {
      return header;
    }
    String body = answer.text();
    int start = body.indexOf("<Code>");
    int end = body.indexOf("</Code>", start + 1);
    return start < 0 || end < 0 || end - start > 80 ? "" : body.substring(start + 6, end);
  }
}
