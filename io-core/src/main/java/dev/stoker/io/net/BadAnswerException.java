package dev.stoker.io.net;

/** What a peer sent is not HTTP. The message continues a sentence: "…, because its length …". */
final class BadAnswerException extends RuntimeException {
  final String what;

  BadAnswerException(String what) {
    super(what, null, false, false);
    this.what = what;
  }
}
