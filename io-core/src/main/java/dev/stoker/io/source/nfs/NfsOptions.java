package dev.stoker.io.source.nfs;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * How patient we are.
 *
 * @param answerTimeout a server (all addresses of a cluster) that says nothing at all for so long
 *     fails what waits for it
 * @param switchAfter of several addresses, one that says nothing for so long is left for the others
 * @param resolveAgainAfter how old the answer of DNS may be
 * @param resolver what asks it
 */
record NfsOptions(
    Duration answerTimeout, Duration switchAfter, Duration resolveAgainAfter, Resolver resolver) {

  /** Finds the addresses that an authority stands for; blocks. */
  interface Resolver {
    List<InetAddress> resolve(String authority);
  }

  /** As a soft kernel mount: a minute; a dead address of a cluster is left within a second. */
  static NfsOptions defaults() {
    return new NfsOptions(
        Duration.ofMinutes(1), Duration.ofMillis(800), Duration.ofSeconds(30), HostList::resolve);
  }

  NfsOptions withAnswerTimeout(Duration timeout) {
    return new NfsOptions(timeout, switchAfter, resolveAgainAfter, resolver);
  }

  NfsOptions withResolver(Resolver other, Duration age) {
    return new NfsOptions(answerTimeout, switchAfter, age, other);
  }

  /** How long a lone server may say nothing before its connection is made anew. */
  Duration reconnectAfter() {
    Duration usual = Duration.ofSeconds(10);
    Duration half = answerTimeout.dividedBy(2);
    return usual.compareTo(half) < 0 ? usual : half;
  }
}
