package dev.stoker.controller.api;

import dev.stoker.controller.attest.AttestedMachines;
import dev.stoker.controller.attest.AzurePolicy;
import dev.stoker.controller.dispatch.Clocks;
import dev.stoker.controller.dispatch.Expiry;
import dev.stoker.controller.dispatch.Housekeeping;
import dev.stoker.controller.dispatch.Queue;
import dev.stoker.controller.http.HttpServer;
import dev.stoker.controller.notify.Courier;
import dev.stoker.controller.observe.ControllerMetrics;
import dev.stoker.controller.observe.MeasuredStore;
import dev.stoker.controller.observe.QueueGauges;
import dev.stoker.controller.store.DatabaseAddress;
import dev.stoker.controller.store.PostgresQueueStore;
import dev.stoker.controller.store.QueueStore;
import dev.stoker.controller.store.SqliteQueueStore;
import dev.stoker.controller.store.StoreException;
import dev.stoker.controller.web.Feed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A running controller. Closing it ends waiting calls, finishes accepted changes and gives the data
 * folder back.
 */
public final class ControllerServer implements AutoCloseable {
  private final QueueStore store;
  private final Expiry expiry;
  private final Housekeeping housekeeping;
  private final Feed feed;
  private final HttpServer http;
  private final URI url;
  private final @Nullable WatchedTls tls;
  private final @Nullable AttestedMachines machines;
  private final @Nullable Courier courier;
  private final ControllerMetrics metrics = new ControllerMetrics();

  private ControllerServer(ControllerSettings settings, Clocks clocks, QueueStore opened)
      throws IOException {
    store = new MeasuredStore(opened, metrics);
    Queue queue =
        Queue.open(
            store,
            clocks,
            settings.sharing(),
            settings.nodeTokenLife(),
            settings.telling().policy(),
            settings.prices());
    metrics.registry().register(new QueueGauges(queue));
    machines = machines(settings, clocks, queue);
    tls = settings.tls() == null ? null : WatchedTls.open(settings.tls());
    feed = Feed.start(queue);
    http = serve(settings, queue);
    url = url(settings, http.address());
    expiry = Expiry.start(queue);
    housekeeping = Housekeeping.start(queue, settings.keepJobs());
    courier =
        settings.telling().isEmpty()
            ? null
            : Courier.start(settings.telling(), queue.notices(), clocks.wall(), null);
    if (courier != null) {
      courier.register(metrics);
    }
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

  private HttpServer serve(ControllerSettings settings, Queue queue) throws IOException {
    try {
      return HttpServer.start(
          settings.listen(),
          tls,
          new Exchanges(
              new Access(settings, queue),
              new Routes(
                  queue,
                  new Joining(queue, machines),
                  settings.telling(),
                  metrics,
                  new PageRoutes(queue, feed)),
              queue.tokens(),
              metrics));
    } catch (IOException | RuntimeException e) {
      feed.close();
      throw e;
    }
  }

  /** Where it answers. */
  public URI url() {
    return url;
  }

  @Override
  public void close() {
    feed.close();
    // Waiting polls end unserved; their callers ask again, maybe another controller.
    http.close();
    if (tls != null) {
      tls.close();
    }
    housekeeping.close();
    expiry.close();
    if (courier != null) {
      courier.close();
    }
    if (machines != null) {
      machines.close();
    }
    store.close();
  }

  private static @Nullable AttestedMachines machines(
      ControllerSettings settings, Clocks clocks, Queue queue) {
    AzurePolicy policy = settings.azure();
    try {
      return policy == null
          ? null
          : new AttestedMachines(policy, queue.secret("challenges"), clocks::wallMillis);
    } catch (IllegalArgumentException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
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
