package dev.stoker.controller.notify;

import java.net.URI;
import java.util.List;

/** Where a notice goes. */
sealed interface Destination {
  /** What log and audit call it: no address, which may be a secret. */
  String label();

  /**
   * By HTTP.
   *
   * @param secret signs it; empty for unsigned
   */
  record Web(String label, URI url, String secret) implements Destination {}

  /** By mail. */
  record Letter(String label, List<String> to) implements Destination {}
}
