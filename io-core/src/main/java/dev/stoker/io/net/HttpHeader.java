package dev.stoker.io.net;

/** One header field of a request. The value is never printed: it may be a credential. */
public record HttpHeader(String name, String value) {
  public HttpHeader {
    if (name.isEmpty() || !name.chars().allMatch(c -> c > ' ' && c < 127 && c != ':')) {
      throw new IllegalArgumentException("'" + name + "' is not the name of a header field.");
    }
    if (!value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 127))) {
      throw new IllegalArgumentException(
          "The value of the header field '" + name + "' holds characters that HTTP does not send.");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
