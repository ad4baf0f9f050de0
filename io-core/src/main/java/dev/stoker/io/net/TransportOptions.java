package dev.stoker.io.net;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the transport behaves.
 *
 * @param ioThreads event loops, ≥ 1
 * @param connectionsPerOrigin upper limit, ≥ 1; the fetch engine stays below it by its own measure
 * @param connectTimeout for one address, TLS included
 * @param firstByteTimeout from the request's last byte to the answer's first
 * @param stallTimeout between two bytes of an answer
 * @param idleTimeout after which an unused connection is closed; below the 4 minutes after which
 *     Azure's balancers forget it and the 75 s of nginx
 * @param proxy which origins are reached through a proxy
 * @param caFile certificates in PEM to trust in place of the JDK's, or null
 * @param poller how sockets are waited for
 * @param rpcTimeout how long an RPC server (NFS) may say nothing before what waits for it fails
 */
public record TransportOptions(
    int ioThreads,
    int connectionsPerOrigin,
    Duration connectTimeout,
    Duration firstByteTimeout,
    Duration stallTimeout,
    Duration idleTimeout,
    ProxySettings proxy,
    @Nullable Path caFile,
    Poller poller,
    Duration rpcTimeout) {

  /** As a soft kernel mount of NFS (nfs(5): timeo=600). */
  public static final Duration RPC_TIMEOUT = Duration.ofMinutes(1);

  /** What the transport waits with. */
  public enum Poller {
    /** The best that this machine has. */
    AUTO,
    IO_URING,
    EPOLL,
    NIO
  }

  /**
   * Defaults, with what the environment says of proxies ({@code HTTPS_PROXY}, {@code NO_PROXY}) and
   * certificates ({@code SSL_CERT_FILE}, the name that OpenSSL and curl use).
   */
  public static TransportOptions fromEnvironment(Map<String, String> environment) {
    String certificates = environment.get("SSL_CERT_FILE");
    return new TransportOptions(
        // One loop moves 2.6 GB/s here; a second one keeps TLS from being the limit.
        Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4),
        256,
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(15),
        Duration.ofSeconds(50),
        ProxySettings.fromEnvironment(environment),
        certificates == null || certificates.isBlank() ? null : Path.of(certificates),
        Poller.AUTO,
        RPC_TIMEOUT);
  }

  public TransportOptions withPoller(Poller other) {
    return new TransportOptions(
        ioThreads,
        connectionsPerOrigin,
        connectTimeout,
        firstByteTimeout,
        stallTimeout,
        idleTimeout,
        proxy,
        caFile,
        other,
        rpcTimeout);
  }

  public TransportOptions withCaFile(Path certificates) {
    return new TransportOptions(
        ioThreads,
        connectionsPerOrigin,
        connectTimeout,
        firstByteTimeout,
        stallTimeout,
        idleTimeout,
        proxy,
        certificates,
        poller,
        rpcTimeout);
  }

  public TransportOptions withConnectionsPerOrigin(int limit) {
    return new TransportOptions(
        ioThreads,
        limit,
        connectTimeout,
        firstByteTimeout,
        stallTimeout,
        idleTimeout,
        proxy,
        caFile,
        poller,
        rpcTimeout);
  }

  /** Another bound for an RPC server that says nothing. */
  public TransportOptions withRpcTimeout(Duration timeout) {
    return new TransportOptions(
        ioThreads,
        connectionsPerOrigin,
        connectTimeout,
        firstByteTimeout,
        stallTimeout,
        idleTimeout,
        proxy,
        caFile,
        poller,
        timeout);
  }

  /** Other bounds for an origin that says nothing. */
  public TransportOptions withQuietTimeouts(Duration firstByte, Duration stall) {
    return new TransportOptions(
        ioThreads,
        connectionsPerOrigin,
        connectTimeout,
        firstByte,
        stall,
        idleTimeout,
        proxy,
        caFile,
        poller,
        rpcTimeout);
  }
}
