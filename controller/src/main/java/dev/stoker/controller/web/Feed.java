package dev.stoker.controller.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.stoker.controller.dispatch.Queue;
import dev.stoker.controller.protocol.Wire;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Tells open pages what changed, as server-sent events.
 *
 * <p>One thread looks at every followed topic once a second, whoever many follow it, and sends what
 * it looks like now to those that were last told something else. An event is the whole topic, so
 * nothing is queued: a browser that is slow misses events, not news, and one that comes back tells
 * by its last event's id whether there is any. Where looking takes long, it is done less often.
 * Thread-safe.
 */
public final class Feed implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Feed.class.getName());

  /** A wall of screens and a studio of artists; each costs a connection. */
  public static final int MOST_STREAMS = 500;

  private static final Duration EVERY = Duration.ofSeconds(1);

  /** Shorter than the patience of proxies, which is 30 s and more. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);

  /** Looking may take a tenth of the time. */
  private static final long REST_TIMES = 9;

  /** Where events go: one connection. Never waits. */
  public interface Sink {
    /** Whether what was sent before has left. */
    boolean isReady();

    /** Sends, or forgets it where that is impossible. */
    void send(String text);

    /** Ends the connection. */
    void end();

    /** Whether there is still somebody. */
    boolean isOpen();
  }

  private static final class Stream {
    final Topic topic;
    final Sink sink;
    final BooleanSupplier allowed;
    volatile String lastId;
    volatile long beatNanos = System.nanoTime();

    Stream(Topic topic, Sink sink, BooleanSupplier allowed, String lastId) {
      this.topic = topic;
      this.sink = sink;
      this.allowed = allowed;
      this.lastId = lastId;
    }
  }

  private record Seen(String id, String event) {}

  private final Queue queue;
  private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  private Feed(Queue queue) {
    this.queue = queue;
    thread = Thread.ofPlatform().name("page-feed").daemon().start(this::run);
  }

  /** Tells of a queue until closed; close it before the queue's store. */
  public static Feed start(Queue queue) {
    return new Feed(queue);
  }

  /**
   * Has a page follow a topic; it is told what that looks like at once, unless it knows.
   *
   * @param lastId of the last event that the page got, null for none
   * @param allowed asked now and then whether whoever follows still may
   * @return false when too many follow already
   */
  public boolean follow(Topic topic, @Nullable String lastId, BooleanSupplier allowed, Sink sink) {
    if (streams.size() >= MOST_STREAMS) {
      return false;
    }
    String event = topic.event();
    // The browser's own pause before it comes back.
    sink.send("retry: 2000\n\n");
    Stream stream = new Stream(topic, sink, allowed, lastId == null ? "" : lastId);
    Seen now = look(topic);
    if (now != null) {
      tell(stream, now);
    } else {
      LOG.log(Level.DEBUG, "The first {0} of a page is told later.", event);
    }
    streams.add(stream);
    return true;
  }

  /** How many follow. */
  public int streams() {
    return streams.size();
  }

  private void run() {
    try {
      long pauseNanos = EVERY.toNanos();
      while (!closing.await(pauseNanos, TimeUnit.NANOSECONDS)) {
        long start = System.nanoTime();
        round();
        long taken = System.nanoTime() - start;
        pauseNanos = Math.max(EVERY.toNanos() - taken, taken * REST_TIMES);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void round() {
    Map<Topic, @Nullable Seen> seen = new HashMap<>();
    for (Iterator<Stream> each = streams.iterator(); each.hasNext(); ) {
      Stream stream = each.next();
      if (!stream.sink.isOpen() || !mayGoOn(stream)) {
        stream.sink.end();
        each.remove();
      } else if (stream.sink.isReady()) {
        if (!seen.containsKey(stream.topic)) {
          seen.put(stream.topic, look(stream.topic));
        }
        Seen now = seen.get(stream.topic);
        if (now != null) {
          tell(stream, now);
        }
      }
    }
  }

  private static boolean mayGoOn(Stream stream) {
    long now = System.nanoTime();
    if (now - stream.beatNanos < HEARTBEAT.toNanos()) {
      return true;
    }
    stream.beatNanos = now;
    if (!stream.allowed.getAsBoolean()) {
      return false;
    }
    if (stream.sink.isReady()) {
      stream.sink.send(": still here\n\n");
    }
    return true;
  }

  private static void tell(Stream stream, Seen now) {
    if (!now.id().equals(stream.lastId)) {
      stream.lastId = now.id();
      stream.sink.send(now.event());
    }
  }

  /** Null when it cannot be looked at now: pages keep what they have. */
  private @Nullable Seen look(Topic topic) {
    try {
      String json = Wire.mapper().writeValueAsString(topic.look(queue.farm(), queue.progress()));
      var sum = new CRC32C();
      sum.update(json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      String id = Long.toHexString(sum.getValue()) + "-" + Integer.toHexString(json.length());
      return new Seen(id, "id: " + id + "\nevent: " + topic.event() + "\ndata: " + json + "\n\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("An event cannot be written as JSON.", e);
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "Cannot look at what a page follows; trying again.", e);
      return null;
    }
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    streams.forEach(stream -> stream.sink.end());
    streams.clear();
  }
}
