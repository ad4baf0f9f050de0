package dev.stoker.controller.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One request and what becomes of it: the handler's side of a {@link Connection}. */
final class Exchange implements Incoming {
  /** Beyond the connection's own deadline for the body; only a fault of ours reaches it. */
  private static final int LATE_SECONDS = 5;

  final HttpRequest head;
  final Connection connection;
  final ArrivingBody body = new ArrivingBody();

  private final String path;
  private final @Nullable String query;

  /** Whether the body was all there when the request's thread was started: most are. */
  private boolean cameWhole;

  /** Of the budget for bodies; the request's thread only. */
  private int bodyShareKib;

  /** What ends when the caller leaves or the server stops: a parked call, a streaming thread. */
  private @Nullable Future<?> waiting;

  private boolean isOver;

  Exchange(HttpRequest head, Connection connection) {
    this.head = head;
    this.connection = connection;
    String target = origin(head.uri());
    int mark = target.indexOf('?');
    path = mark < 0 ? target : target.substring(0, mark);
    query = mark < 0 ? null : target.substring(mark + 1);
  }

  /** A proxy may name scheme and host before the path (RFC 9112, 3.2.2). */
  private static String origin(String target) {
    if (target.startsWith("/")) {
      return target;
    }
    int authority = target.indexOf("://");
    int slash = authority < 0 ? -1 : target.indexOf('/', authority + 3);
    return slash < 0 ? "/" : target.substring(slash);
  }

  @Override
  public String method() {
    return head.method().name();
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public @Nullable String query() {
    return query;
  }

  @Override
  public @Nullable String header(String name) {
    return head.headers().get(name);
  }

  @Override
  public InetAddress remote() {
    return ((InetSocketAddress) connection.channel().remoteAddress()).getAddress();
  }

  @Override
  public byte[] body(int limitBytes) throws InterruptedException {
    long declared = declaredBytes();
    if (declared > limitBytes) {
      throw ArrivingBody.tooLarge(limitBytes);
    }
    HttpLimits limits = connection.limits();
    long most = declared < 0 ? limitBytes : declared;
    if (most > HttpLimits.PREFETCH_BYTES) {
      bodyShareKib = connection.budget().take(most);
    }
    if (cameWhole) {
      return body.complete(limitBytes); // without two changes of thread
    }
    connection.ask(this, limitBytes, declared);
    try {
      return body.whole.get(limits.arrival().toSeconds() + LATE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Problem problem) {
        throw problem;
      }
      throw new IllegalStateException("A body cannot be read.", e);
    } catch (TimeoutException e) {
      throw Connection.late();
    }
  }

  /** The length that the caller announced; 0 where there is no body, -1 where it did not say. */
  private long declaredBytes() {
    return HttpUtil.isTransferEncodingChunked(head) ? -1 : HttpUtil.getContentLength(head, 0L);
  }

  /** Its handler is about to run; the connection's event loop only. */
  void dispatched() {
    cameWhole = body.isComplete();
  }

  boolean expectsContinue() {
    return HttpUtil.is100ContinueExpected(head) && !body.isComplete();
  }

  boolean keepsAlive() {
    return HttpUtil.isKeepAlive(head) && !head.headers().contains(HttpHeaderNames.UPGRADE);
  }

  /** The handler is through with the body. */
  void forgetBody(BodyBudget budget) {
    budget.giveBack(bodyShareKib);
    bodyShareKib = 0;
  }

  /** From now on somebody waits for something else than this exchange; false when it is over. */
  synchronized boolean waitsFor(Future<?> what) {
    if (!isOver) {
      waiting = what;
    }
    return !isOver;
  }

  synchronized void waitsNoMore() {
    waiting = null;
  }

  /** Ends whoever waits: nobody is interested any more. */
  void end() {
    Future<?> ended;
    synchronized (this) {
      isOver = true;
      ended = waiting;
      waiting = null;
    }
    if (ended != null) {
      ended.cancel(true);
    }
  }

  /** Ends a wait, but not the exchange, which still gets an answer; says whether there was one. */
  boolean endWait() {
    Future<?> ended;
    synchronized (this) {
      ended = waiting;
      waiting = null;
    }
    return ended != null && ended.cancel(true);
  }
}
