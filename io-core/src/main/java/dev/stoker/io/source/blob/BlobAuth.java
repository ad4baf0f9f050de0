package dev.stoker.io.source.blob;

import dev.stoker.io.net.HttpCall;

/** Who we are to a storage account. Thread-safe. */
public sealed interface BlobAuth permits SharedKeyAuth, SasAuth, TokenAuth, AnonymousAuth {

  /**
   * The same request, with proof of who sends it. Its headers, body length and target must not
   * change afterwards. May block, for some seconds, where a token has to be fetched first.
   *
   * @throws dev.stoker.io.asset.IoFailure when no token is to be had
   */
  HttpCall authorize(HttpCall call);

  /** Whether {@link #authorize} might have to wait for a token now: then not on an I/O thread. */
  default boolean mayBlock() {
    return false;
  }

  /** For messages: which identity that is, without anything secret. */
  String identity();
}
