package dev.stoker.io.net;

import java.util.ArrayList;
import java.util.List;

/**
 * One request. Immutable. {@code Host}, {@code Content-Length} and {@code Connection} are the
 * transport's to send and must not be among the headers.
 *
 * @param origin who is asked
 * @param method such as {@code GET}
 * @param target path and query, percent-encoded, beginning with {@code /}
 * @param headers in the order in which they are sent
 * @param body what is sent along
 * @param maxAnswerBytes an answer with a longer body is an error; does not bound a body that goes
 *     into the caller's buffer
 */
public record HttpCall(
    HttpOrigin origin,
    String method,
    String target,
    List<HttpHeader> headers,
    HttpBody body,
    int maxAnswerBytes) {
  /** Error documents and small answers fit many times over; a page of a listing asks for more. */
  public static final int DEFAULT_MAX_ANSWER_BYTES = 1 << 20;

  public HttpCall {
    headers = List.copyOf(headers);
    if (!target.startsWith("/") || !target.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IllegalArgumentException("A request's target must be a percent-encoded path.");
    }
    if (method.isEmpty() || !method.chars().allMatch(c -> c >= 'A' && c <= 'Z')) {
      throw new IllegalArgumentException("'" + method + "' is not a request method.");
    }
  }

  /** A request without headers and body. */
  public static HttpCall of(String method, HttpOrigin origin, String target) {
    return new HttpCall(origin, method, target, List.of(), HttpBody.NONE, DEFAULT_MAX_ANSWER_BYTES);
  }

  public HttpCall with(String name, String value) {
    List<HttpHeader> more = new ArrayList<>(headers.size() + 1);
    more.addAll(headers);
    more.add(new HttpHeader(name, value));
    return new HttpCall(origin, method, target, more, body, maxAnswerBytes);
  }

  public HttpCall with(HttpBody newBody) {
    return new HttpCall(origin, method, target, headers, newBody, maxAnswerBytes);
  }

  public HttpCall withTarget(String newTarget) {
    return new HttpCall(origin, method, newTarget, headers, body, maxAnswerBytes);
  }

  public HttpCall withMaxAnswerBytes(int bytes) {
    return new HttpCall(origin, method, target, headers, body, bytes);
  }

  /** Whether sending it twice does no more than sending it once, so that nobody need be asked. */
  boolean isReplayable() {
    return method.equals("GET") || method.equals("HEAD");
  }

  /** Method and address without the query, which may hold a signature. */
  @Override
  public String toString() {
    int query = target.indexOf('?');
    return method + " " + origin + (query < 0 ? target : target.substring(0, query));
  }
}
