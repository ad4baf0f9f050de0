package dev.stoker.io.publish.blob;

import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpAnswer;
import dev.stoker.io.source.blob.BlobAccount;
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
  private static final Set<String> PASSING = Set.of("ContainerBeingDeleted", "OperationTimedOut");

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
   * @param account who refused; says which identity asked
   */
  static IoFailure of(String doing, BlobUri uri, HttpAnswer answer, BlobAccount account) {
    int status = answer.status();
    String code = code(answer);
    String what = "Cannot " + doing + " " + uri + ": ";
    if (PASSING.contains(code)) {
      return new IoFailure.Unavailable(
          what + "the account is busy (" + named(status, code) + ").", null);
    }
    if (HELD.contains(code)) {
      return new IoFailure.Denied(
          what + "the blob is held (" + code + "); release it or choose another name.");
    }
    return switch (status) {
      case 404 -> notFound(what, uri, code);
      case 409, 412 ->
          new IoFailure.Fenced(
              what + "its condition does not hold any more (" + named(status, code) + ").");
      case 400 -> malformed(what, code);
      default -> account.refusal(doing + " " + uri, answer, "Storage Blob Data Contributor");
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

  private static String named(int status, String code) {
    return code.isEmpty() ? String.valueOf(status) : status + " " + code;
  }
}
