package dev.stoker.io.publish.blob;

import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.net.HttpBody;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpHeader;
import java.util.List;

/** Addresses requests to an account's endpoint and signs them. Thread-safe. */
public interface BlobAccess {

  /**
   * One signed request on the blob, or on the container when the URI's path is the root.
   *
   * @param query parameters without those of a signature, {@code name=value}, percent-encoded
   * @param deadline bounds the wait for a token
   */
  HttpCall request(
      String method,
      BlobUri uri,
      List<String> query,
      List<HttpHeader> headers,
      HttpBody body,
      Deadline deadline);

  /** As whom we ask, for messages; never a secret. */
  String identity(BlobUri uri);
}
