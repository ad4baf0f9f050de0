package dev.stoker.controller.api;

import dev.stoker.controller.dispatch.Clocks;
import dev.stoker.controller.dispatch.Expiry;
import dev.stoker.controller.dispatch.Queue;
import dev.stoker.controller.http.HttpServer;
import dev.stoker.controller.store.DatabaseAddress;
import dev.stoker.controller.store.PostgresQueueStore;
import dev.stoker.controller.store.QueueStore;
import dev.stoker.controller.store.SqliteQueueStore;
import dev.stoker.controller.store.StoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;

/**
 * A running controller. Closing it ends waiting calls, finishes accepted changes and gives the data
 * folder back.
 */
public final class ControllerServer implements AutoCloseable {
  private final QueueStore store;
  private final Expiry expiry;
  private final HttpServer http;
  private final URI url;

  private ControllerServer(ControllerSettings settings, Clocks clocks, QueueStore store)
      throws IOException {
    this.store = store;
    Queue queue = Queue.open(store, clocks, settings.sharing());
    http =
        HttpServer.start(
            settings.listen(),
            settings.tls() == null ? null : TlsFile.read(settings.tls()),
            new Exchanges(new Access(settings, queue), new Routes(queue), queue.tokens()));
    url = url(settings, http.address());
    expiry = Expiry.start(queue);
  }

  /**
   * Starts a controller; when this returns it answers.
   *
   * @throws StartException when it may not or cannot run as set
   */
  public static ControllerServer start(ControllerSettings settings) {
    return start(settings, Clocks.system());
  }

  static ControllerServer start(ControllerSettings settings, Clocks clocks) {
    refuseOpenNetwork(settings);
    QueueStore store = null;
    try {
      DatabaseAddress database = settings.database();
      store =
          database == null
              ? SqliteQueueStore.open(settings.dataFolder())
              : PostgresQueueStore.open(database);
      return new ControllerServer(settings, clocks, store);
    } catch (IOException | RuntimeException e) {
      if (store != null) {
        store.close();
      }
      throw switch (e) {
        case StartException known -> known;
        case StoreException known -> new StartException(String.valueOf(e.getMessage()), known);
        case RuntimeException unexpected -> unexpected;
        default ->
            new StartException(
                "Cannot listen on " + text(settings.listen()) + ": " + e.getMessage() + ".", e);
      };
    }
  }

  /** Where it answers. */
  public URI url() {
    return url;
  }

  @Override
  public void close() {
    // Waiting polls end unserved; their callers ask again, maybe another controller.
    http.close();
    expiry.close();
    store.close();
  }

  private static void refuseOpenNetwork(ControllerSettings settings) {
    InetSocketAddress listen = settings.listen();
    if (listen.isUnresolved()) {
      throw new StartException(
          "Cannot listen on " + listen.getHostString() + ": no such host is known here.");
    }
    boolean guarded = settings.tls() != null && settings.tokens() != null;
    if (!listen.getAddress().isLoopbackAddress() && !guarded && !settings.insecure()) {
      throw new StartException(
          "Will not listen on "
              + text(listen)
              + " without TLS and tokens, since anybody on that network could run programs on the"
              + " nodes; configure both, listen on 127.0.0.1, or pass --insecure.");
    }
  }

  private static URI url(ControllerSettings settings, InetSocketAddress bound) {
    InetAddress address = bound.getAddress();
    String host =
        address.isAnyLocalAddress()
            ? InetAddress.getLoopbackAddress().getHostAddress()
            : address.getHostAddress();
    String literal = host.contains(":") ? "[" + host + "]" : host;
    String scheme = settings.tls() == null ? "http" : "https";
    return URI.create(scheme + "://" + literal + ":" + bound.getPort());
  }

  private static String text(InetSocketAddress address) {
    return address.getHostString() + ":" + address.getPort();
  }
}
