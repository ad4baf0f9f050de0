package dev.stoker.controller.notify;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whom a submission names: {@code https://…}, {@code http://…} or {@code mailto:NAME@HOST}. */
public sealed interface Address {
  /** A page that takes webhooks. */
  record Web(URI url) implements Address {}

  /** Somebody's mailbox. */
  record Letter(String to) implements Address {}

  /** The usual part of RFC 5322's addresses, one of them. */
  Pattern MAILBOX = Pattern.compile("[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255}");

  int LONGEST = 2_000;

  /** What a text says, if it is one of these. */
  static Optional<Address> parse(String text) {
    if (text.length() > LONGEST) {
      return Optional.empty();
    }
    if (text.startsWith("mailto:")) {
      String to = text.substring("mailto:".length());
      return MAILBOX.matcher(to).matches() ? Optional.of(new Letter(to)) : Optional.empty();
    }
    try {
      URI url = URI.create(text);
      boolean web = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
      boolean plain = url.getHost() != null && url.getRawUserInfo() == null;
      return web && plain ? Optional.of(new Web(url)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
