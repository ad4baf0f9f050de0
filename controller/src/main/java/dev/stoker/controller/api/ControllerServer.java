package dev.stoker.controller.api;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.stoker.controller.dispatch.Clocks;
import dev.stoker.controller.dispatch.Expiry;
import dev.stoker.controller.dispatch.Queue;
import dev.stoker.controller.store.DatabaseAddress;
import dev.stoker.controller.store.PostgresQueueStore;
import dev.stoker.controller.store.QueueStore;
import dev.stoker.controller.store.SqliteQueueStore;
import dev.stoker.controller.store.StoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A running controller. Closing it ends waiting calls, finishes accepted changes and gives the data
 * folder back.
 */
public final class ControllerServer implements AutoCloseable {
  /** What the JDK's server reads once, when it is first used. */
  private static final Map<String, String> SERVER_PROPERTIES =
      Map.of(
          // Answers are small: Nagle's algorithm would hold each back for 40 ms.
          "sun.net.httpserver.nodelay", "true",
          // 4,000 agents with a long poll and a heartbeat connection each, and as many people.
          "jdk.httpserver.maxConnections", "10000",
          "sun.net.httpserver.maxIdleConnections", "10000",
          // Longer than the 30 s after which Java's client gives an idle connection up.
          "sun.net.httpserver.idleInterval", "75",
          // Seconds for a whole request to arrive.
          "sun.net.httpserver.maxReqTime", "30");

  private static final int ACCEPT_BACKLOG = 1_024;
  private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

  private final QueueStore store;
  private final Expiry expiry;
  private final HttpServer http;
  private final ExecutorService threads;
  private final URI url;

  private ControllerServer(ControllerSettings settings, Clocks clocks, QueueStore store)
      throws IOException {
    this.store = store;
    Queue queue = Queue.open(store, clocks, settings.sharing());
    http = bind(settings);
    threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory());
    http.setExecutor(threads);
    http.createContext(
        "/", new Exchanges(new Access(settings, queue), new Routes(queue), queue.tokens()));
    url = url(settings, http.getAddress());
    expiry = Expiry.start(queue);
    http.start();
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
    SERVER_PROPERTIES.forEach(
        (name, value) -> {
          if (System.getProperty(name) == null) {
            System.setProperty(name, value);
          }
        });
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
    // Waiting polls end by interrupt; their callers ask again, maybe another controller.
    threads.shutdownNow();
    http.stop(0);
    expiry.close();
    try {
      if (!threads.awaitTermination(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        System.getLogger(ControllerServer.class.getName())
            .log(System.Logger.Level.WARNING, "Some requests did not end; stopping without them.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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

  private static HttpServer bind(ControllerSettings settings) throws IOException {
    if (settings.tls() == null) {
      return HttpServer.create(settings.listen(), ACCEPT_BACKLOG);
    }
    var context = TlsFile.read(settings.tls());
    HttpsServer https = HttpsServer.create(settings.listen(), ACCEPT_BACKLOG);
    https.setHttpsConfigurator(new HttpsConfigurator(context));
    return https;
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
