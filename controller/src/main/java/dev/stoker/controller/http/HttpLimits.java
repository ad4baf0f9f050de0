package dev.stoker.controller.http;

import java.time.Duration;

/**
 * What a server grants.
 *
 * @param connections open at once; further ones are answered 503 and closed
 * @param requests in work at once, parked and streaming ones not counted; further ones get 503
 * @param streams at once; further ones get 503
 * @param headBytes of a request's line, and of its headers
 * @param largeBodyBytes of all bodies beyond {@link #PREFETCH_BYTES} that are held at once
 * @param arrival from a request's first byte to its last
 * @param idle without a request, before the connection is closed
 * @param stall of a caller that takes nothing of its answer
 * @param stop for requests in work when the server closes
 */
record HttpLimits(
    int connections,
    int requests,
    int streams,
    int headBytes,
    int largeBodyBytes,
    Duration arrival,
    Duration idle,
    Duration stall,
    Duration stop) {

  /**
   * Of a body, read before anybody asked: every heartbeat and lease request whole, and no more than
   * 64 MiB of all requests together.
   */
  static final int PREFETCH_BYTES = 16 << 10;

  static HttpLimits standard() {
    return new HttpLimits(
        // 4,000 agents with a long poll and a heartbeat connection each, and as many people.
        10_000,
        4_096,
        1_000,
        16 << 10,
        // Three manifests of 16 MiB; parsed, each is several times that.
        48 << 20,
        Duration.ofSeconds(30),
        // Longer than the 30 s after which Java's client gives an idle connection up.
        Duration.ofSeconds(75),
        Duration.ofSeconds(30),
        Duration.ofSeconds(3));
  }
}
