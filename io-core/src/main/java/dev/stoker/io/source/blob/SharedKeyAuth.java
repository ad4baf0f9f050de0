package dev.stoker.io.source.blob;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.Percent;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpDate;
import dev.stoker.io.net.HttpHeader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The account's key, by the scheme that Microsoft's "Authorize with Shared Key" (2009-09-19 and
 * later) lays down. Path-style endpoints hold the account in the path, so that the canonical
 * resource names it twice.
 */
final class SharedKeyAuth implements BlobAuth {
  /** The standard headers in the order in which they are signed. */
  private static final List<String> SIGNED =
      List.of(
          "content-encoding",
          "content-language",
          "content-length",
          "content-md5",
          "content-type",
          "date",
          "if-modified-since",
          "if-match",
          "if-none-match",
          "if-unmodified-since",
          "range");

  /** The text of a second, since thousands of requests are signed in one. */
  private record Second(long epochSecond, String text) {}

  private final String account;
  private final HmacSha256 mac;
  private volatile Second second = new Second(0, "");

  SharedKeyAuth(String account, String keyBase64) {
    this.account = account;
    try {
      mac = new HmacSha256(Base64.getDecoder().decode(keyBase64.strip()));
    } catch (IllegalArgumentException e) {
      throw new IoFailure.Invalid(
          "The key given for the storage account '" + account + "' is not Base64.");
    }
  }

  @Override
  public HttpCall authorize(HttpCall call) {
    HttpCall dated = call.with("x-ms-date", now());
    return dated.with("Authorization", "SharedKey " + account + ":" + sign(textToSign(dated)));
  }

  @Override
  public String identity() {
    return "the key of the account '" + account + "'";
  }

  @Override
  public String toString() {
    return identity();
  }

  private String now() {
    Instant instant = Instant.now();
    Second cached = second;
    if (cached.epochSecond != instant.getEpochSecond()) {
      cached = new Second(instant.getEpochSecond(), HttpDate.format(instant));
      second = cached;
    }
    return cached.text;
  }

  String textToSign(HttpCall call) {
    Map<String, String> standard = new TreeMap<>();
    Map<String, String> microsoft = new TreeMap<>();
    for (HttpHeader header : call.headers()) {
      String name = header.name().toLowerCase(Locale.ROOT);
      (name.startsWith("x-ms-") ? microsoft : standard).put(name, header.value().strip());
    }
    long length = call.body().lengthBytes();
    if (length > 0) {
      standard.put("content-length", Long.toString(length));
    }
    StringBuilder text = new StringBuilder(256).append(call.method());
    for (String name : SIGNED) {
      text.append('\n').append(standard.getOrDefault(name, ""));
    }
    text.append('\n');
    microsoft.forEach((name, value) -> text.append(name).append(':').append(value).append('\n'));
    return text.append(canonicalResource(call.target())).toString();
  }

  private String canonicalResource(String target) {
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    StringBuilder resource = new StringBuilder(128).append('/').append(account).append(path);
    if (question >= 0) {
      Map<String, List<String>> parameters = new TreeMap<>();
      for (String pair : target.substring(question + 1).split("&", -1)) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        parameters
            .computeIfAbsent(Percent.decode(name).toLowerCase(Locale.ROOT), n -> new ArrayList<>())
            .add(Percent.decode(value));
      }
      parameters.forEach(
          (name, values) ->
              resource
                  .append('\n')
                  .append(name)
                  .append(':')
                  .append(String.join(",", values.stream().sorted().toList())));
    }
    return resource.toString();
  }

  private String sign(String text) {
    return Base64.getEncoder().encodeToString(mac.of(text.getBytes(StandardCharsets.UTF_8)));
  }
}
