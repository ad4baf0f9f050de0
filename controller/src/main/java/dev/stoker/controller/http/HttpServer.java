package dev.stoker.controller.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server on one address. Thread-safe. Closing it takes no further connections, ends parked calls
 * and streams, lets requests in work end for a few seconds, and then interrupts them.
 */
public final class HttpServer implements AutoCloseable {
  private static final Logger LOG = System.getLogger(HttpServer.class.getName());

  /** RFC 9110, 5.6.7. */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US);

  private static final String FULL =
      "{\"error\":\"The controller has as many connections as it takes; ask again.\"}";

  private final HttpLimits limits;
  private final BodyBudget budget;
  private final RequestThreads threads;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final Listener listener;
  private final InetSocketAddress address;
  private volatile String date = now();
  private volatile boolean stopping;

  private HttpServer(
      InetSocketAddress listen, @Nullable SslContext tls, HttpLimits limits, Handler handler)
      throws IOException {
    this.limits = limits;
    budget = new BodyBudget(limits.largeBodyBytes());
    threads = new RequestThreads(limits, handler, budget);
    listener = Listener.open(listen, new Pipeline(tls));
    address = listener.address();
    listener.everySecond(this::sweep);
  }

  /**
   * Starts a server; when this returns it answers.
   *
   * @param tls null for plain HTTP
   * @throws IOException when it cannot listen there
   */
  public static HttpServer start(
      InetSocketAddress listen, @Nullable SslContext tls, Handler handler) throws IOException {
    return start(listen, tls, HttpLimits.standard(), handler);
  }

  static HttpServer start(
      InetSocketAddress listen, @Nullable SslContext tls, HttpLimits limits, Handler handler)
      throws IOException {
    return new HttpServer(listen, tls, limits, handler);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return address;
  }

  /** How many connections are open. */
  public int connectionCount() {
    return connections.size();
  }

  /** How many requests are in work now; parked and streaming ones are not. */
  int requestCount() {
    return threads.requestCount();
  }

  @Override
  public void close() {
    stopping = true;
    listener.stopListening();
    connections.forEach(Connection::stop);
    threads.close();
    listener.close();
  }

  HttpLimits limits() {
    return limits;
  }

  BodyBudget budget() {
    return budget;
  }

  boolean isStopping() {
    return stopping;
  }

  String date() {
    return date;
  }

  static Answer.Whole stopping() {
    return Answer.refusal(503, "The controller is stopping; ask again in a moment.");
  }

  void opened(Connection connection) {
    connections.add(connection);
    if (stopping) {
      connection.stop();
    }
  }

  void closed(Connection connection) {
    connections.remove(connection);
  }

  void handle(Exchange exchange) {
    threads.handle(exchange);
  }

  void wake(Exchange exchange) {
    threads.wake(exchange);
  }

  private void sweep() {
    try {
      date = now();
      long nowNanos = System.nanoTime();
      for (Connection connection : connections) {
        if (connection.isOverdue(nowNanos)) {
          connection.endOverdue();
        }
      }
    } catch (RuntimeException e) {
      // An exception would end the sweeps.
      LOG.log(Level.WARNING, "Cannot look for connections that are overdue.", e);
    }
  }

  private static String now() {
    return DATE.format(ZonedDateTime.now(ZoneOffset.UTC));
  }

  /** What each connection consists of. */
  @SuppressWarnings("FutureReturnValueIgnored") // The connection ends either way.
  private final class Pipeline extends ChannelInitializer<Channel> {
    private static final int HANDSHAKE_SECONDS = 10;
    private static final int PIECE_BYTES = 16 << 10;

    private final @Nullable SslContext tls;

    Pipeline(@Nullable SslContext tls) {
      this.tls = tls;
    }

    @Override
    protected void initChannel(Channel channel) {
      if (connections.size() >= limits.connections()) {
        refuse(channel);
        return;
      }
      if (tls != null) {
        var handler = tls.newHandler(channel.alloc());
        handler.setHandshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS);
        channel.pipeline().addLast(handler);
      }
      var connection = new Connection(HttpServer.this);
      var decoding =
          new HttpDecoderConfig()
              .setMaxInitialLineLength(limits.headBytes())
              .setMaxHeaderSize(limits.headBytes())
              .setMaxChunkSize(PIECE_BYTES)
              .setInitialBufferSize(256);
      channel
          .pipeline()
          .addLast(new FirstBytes(connection), new HttpServerCodec(decoding), connection);
    }

    private void refuse(Channel channel) {
      if (tls != null) {
        channel.close();
        return;
      }
      String answer =
          "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
              + "Connection: close\r\nContent-Length: "
              + FULL.length()
              + "\r\n\r\n"
              + FULL;
      channel
          .writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.US_ASCII))
          .addListener(ChannelFutureListener.CLOSE);
    }
  }
}
