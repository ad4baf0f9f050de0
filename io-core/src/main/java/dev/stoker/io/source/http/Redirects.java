package dev.stoker.io.source.http;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpAnswer;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpOrigin;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Where an answer sends a request on to (RFC 9110 §15.4). The new address is the server's own word:
 * nothing of the old one's query, which may hold a signature, goes along.
 */
final class Redirects {
  /** As many as any sane chain has; browsers stop at 20, and each costs a round trip a range. */
  static final int MOST = 5;

  private Redirects() {}

  static boolean isOne(HttpAnswer answer) {
    return switch (answer.status()) {
      case 301, 302, 303, 307, 308 -> answer.header("Location") != null;
      default -> false;
    };
  }

  /**
   * The same request at the new address; null when the answer is no redirect.
   *
   * @throws IoFailure.Denied when it leads from https to http, or to the VM's metadata service
   */
  static @Nullable HttpCall next(HttpCall call, HttpAnswer answer) {
    String location = answer.header("Location");
    if (!isOne(answer) || location == null) {
      return null;
    }
    URI to;
    try {
      to = new URI(call.origin() + call.target()).resolve(new URI(location));
    } catch (URISyntaxException e) {
      throw new IoFailure.Corrupt(
          "Cannot follow " + call + ": the server sends it to an address that is none.");
    }
    HttpOrigin origin = HttpOrigin.parse(to.getScheme() + "://" + to.getRawAuthority());
    if (call.origin().secure() && !origin.secure()) {
      throw new IoFailure.Denied(
          "Refused to follow " + call + " to " + origin + ": that connection is not encrypted.");
    }
    if (origin.host().startsWith("169.254.") || origin.host().equals("168.63.129.16")) {
      throw new IoFailure.Denied(
          "Refused to follow " + call + " to " + origin + ": that is this machine's own service.");
    }
    String path = to.getRawPath() == null || to.getRawPath().isEmpty() ? "/" : to.getRawPath();
    String target = to.getRawQuery() == null ? path : path + "?" + to.getRawQuery();
    return new HttpCall(
        origin, call.method(), target, call.headers(), call.body(), call.maxAnswerBytes());
  }
}
