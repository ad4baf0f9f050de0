package dev.stoker.controller.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Heads of requests that cannot be served, and heads of answers. */
final class Heads {
  private Heads() {}

  /** The answer to a head that cannot be served; null where it can. */
  static Answer.@Nullable Whole refusal(HttpRequest head) {
    Throwable cause = head.decoderResult().cause();
    if (cause != null) {
      return switch (cause) {
        case TooLongHttpLineException line ->
            Answer.refusal(414, "The request line is too long; 16 KiB are read.");
        case TooLongHttpHeaderException headers ->
            Answer.refusal(431, "The headers are too long; 16 KiB are read.");
        default -> Answer.refusal(400, "This is not a request of HTTP/1.1.");
      };
    }
    HttpVersion version = head.protocolVersion();
    return version.majorVersion() == 1 ? null : Answer.refusal(505, "This server speaks HTTP/1.1.");
  }

  /** Gives an answer's head what every one has. */
  static void fill(
      HttpResponse response,
      String contentType,
      Map<String, String> headers,
      String date,
      boolean goesOn) {
    headers.forEach((name, value) -> response.headers().set(name, value));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    response.headers().set(HttpHeaderNames.DATE, date);
    if (!goesOn) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }
}
