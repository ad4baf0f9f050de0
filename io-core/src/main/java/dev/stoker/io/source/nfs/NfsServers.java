package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.RpcTransport;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The NFS servers and clusters that a process talks to, with their connections, mounted exports and
 * what is known of files there. They end with the transport. Thread-safe.
 */
public final class NfsServers {
  private final RpcTransport transport;
  private final NfsOptions options;
  private final SendLimit limit;
  private final Map<Key, NfsCluster> clusters = new ConcurrentHashMap<>();

  /** For readers: nothing is ever sent that a limit would be for. */
  public NfsServers(HttpTransport transport) {
    this(transport, (origin, bytes, what, deadline) -> {});
  }

  /**
   * As patient as the transport's options say.
   *
   * @param limit asked before each part of a file is sent
   */
  public NfsServers(HttpTransport transport, SendLimit limit) {
    this(
        transport.rpc(),
        NfsOptions.defaults().withAnswerTimeout(transport.rpc().answerTimeout()),
        limit);
  }

  NfsServers(RpcTransport transport, NfsOptions options, SendLimit limit) {
    this.transport = transport;
    this.options = options;
    this.limit = limit;
  }

  /** Keeps what is sent to an origin below its configured rate. */
  @FunctionalInterface
  public interface SendLimit {
    /**
     * Waits until so many bytes may be sent.
     *
     * @param origin as {@link NfsUri#origin()}
     * @param what names what is sent, for the message
     */
    void await(String origin, long bytes, String what, Deadline deadline);
  }

  /** All that makes two URIs use the same connections. */
  private record Key(String scheme, String authority, NfsUri.Options options) {
    // By hand: a record's own are made at run time, which a short command waits 10 ms for.
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && scheme.equals(key.scheme)
          && authority.equals(key.authority)
          && options.equals(key.options);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * scheme.hashCode() + authority.hashCode()) + options.hashCode();
    }
  }

  /** The servers that {@code uri} names; sends nothing. */
  NfsCluster clusterOf(NfsUri uri) {
    return clusters.computeIfAbsent(
        new Key(uri.scheme(), uri.authority(), uri.options()),
        key -> new NfsCluster(transport, options, limit, uri));
  }
}
