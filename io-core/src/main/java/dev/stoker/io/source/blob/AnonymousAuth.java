package dev.stoker.io.source.blob;

import dev.stoker.io.net.HttpCall;

/** Nobody in particular: for public containers. */
record AnonymousAuth() implements BlobAuth {
  @Override
  public HttpCall authorize(HttpCall call) {
    return call;
  }

  @Override
  public String identity() {
    return "an anonymous caller (no credential was found for this account)";
  }
}
