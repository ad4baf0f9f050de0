package dev.stoker.io.fetch;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.source.Arrivals;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.StreamWindow;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An origin whose answers the test gives: byte i of every asset is a function of its name and i.
 * Requests stay open until the test answers them.
 */
final class FakeOrigin implements AssetSource {
  /** A request that came in. */
  record Asked(
      AssetInfo asset,
      ByteRange range,
      ByteBuffer into,
      CompletableFuture<Void> future,
      Arrivals arrivals,
      AtomicInteger came,
      boolean isWindow) {
    void answer() {
      synchronized (future) {
        // A canceled request must not touch the buffer any more.
        if (!future.isDone()) {
          fill((int) range.lengthBytes());
          if (isWindow) {
            arrivals.arrived((int) range.lengthBytes());
          }
          future.complete(null);
        }
      }
    }

    /** The first bytes come, and the rest not yet. */
    void arrive(int bytes) {
      synchronized (future) {
        if (!future.isDone()) {
          fill(bytes);
          arrivals.arrived(bytes);
        }
      }
    }

    private void fill(int bytes) {
      int window = into.remaining();
      int from = came.get();
      while (from < bytes && !future.isDone()) {
        int start = from - from % window;
        int to = Math.min(bytes, start + window);
        for (int i = from; i < to; i++) {
          into.put(into.position() + i - start, byteAt(asset.path().value(), range.offset() + i));
        }
        came.set(to);
        if (isWindow && to == start + window) {
          arrivals.arrived(to);
        }
        from = to;
      }
    }

    void fail(IoFailure failure) {
      future.completeExceptionally(failure);
    }
  }

  final List<Asked> asked = new CopyOnWriteArrayList<>();
  volatile Consumer<Asked> script;
  volatile boolean streams;

  FakeOrigin(Consumer<Asked> script) {
    this.script = script;
  }

  static byte byteAt(String name, long offset) {
    return (byte) (name.hashCode() * 31L + offset * 7 + (offset >> 8));
  }

  static PinnedAsset asset(String name, long lengthBytes) {
    return new PinnedAsset(
        AssetUri.parse("http://fake.example/tree/"),
        new AssetInfo(
            new AssetPath(name), new AssetVersion.ETag("\"1\""), lengthBytes, Instant.EPOCH, null));
  }

  @Override
  public CompletableFuture<Void> read(
      AssetInfo pinned, ByteRange range, ByteBuffer into, Deadline deadline) {
    return read(pinned, range, into, deadline, bytes -> {});
  }

  @Override
  public CompletableFuture<Void> read(
      AssetInfo pinned, ByteRange range, ByteBuffer into, Deadline deadline, Arrivals arrivals) {
    CompletableFuture<Void> future =
        new CompletableFuture<>() {
          @Override
          public synchronized boolean cancel(boolean mayInterrupt) {
            return completeExceptionally(new IoFailure.Canceled("canceled"));
          }
        };
    Asked request =
        new Asked(
            pinned,
            range,
            into,
            future,
            arrivals,
            new AtomicInteger(),
            into.remaining() < range.lengthBytes());
    asked.add(request);
    script.accept(request);
    return future;
  }

  @Override
  public AssetInfo stat(AssetPath path, Deadline deadline) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void list(AssetPath folder, Deadline deadline, Consumer<AssetInfo> each) {
    throw new UnsupportedOperationException();
  }

  @Override
  public @Nullable StreamWindow window() {
    return streams ? StreamWindow.IN_A_ROW : null;
  }

  @Override
  public String origin() {
    return "http://fake.example";
  }

  @Override
  public void close() {}
}
