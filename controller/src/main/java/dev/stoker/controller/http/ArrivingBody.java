package dev.stoker.controller.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * A request's body on its way in: a start is taken as it comes, the rest once somebody asks. Used
 * by the connection's event loop only, but for {@link #whole}.
 */
final class ArrivingBody {
  /** Completes with the body, or fails with {@link Problem}; known once it was asked for. */
  final CompletableFuture<byte[]> whole = new CompletableFuture<>();

  private byte[] bytes = new byte[0];
  private int count;
  private int limitBytes = -1;
  private boolean complete;

  boolean isComplete() {
    return complete;
  }

  /** Whether more of it is to be read from the connection. */
  boolean isWanted() {
    boolean asked = limitBytes >= 0 && !whole.isDone();
    return !complete && (asked || count < HttpLimits.PREFETCH_BYTES);
  }

  /** Somebody asks for all of it. */
  void ask(int limit, long declaredBytes) {
    limitBytes = limit;
    if (count > limit) {
      whole.completeExceptionally(tooLarge(limit));
    } else if (complete) {
      whole.complete(taken());
    } else if (declaredBytes > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(declaredBytes, limit));
    }
  }

  /** All of it, for a thread that was started after it was complete. */
  byte[] complete(int limit) {
    if (count > limit) {
      throw tooLarge(limit);
    }
    return taken();
  }

  void take(ByteBuf piece, boolean last) {
    int length = piece.readableBytes();
    complete = last;
    if (limitBytes >= 0 && length > limitBytes - count) {
      whole.completeExceptionally(tooLarge(limitBytes));
    }
    if (whole.isDone()) {
      return;
    }
    if (count + length > bytes.length) {
      int doubled = Math.max(count + length, 2 * bytes.length);
      bytes = Arrays.copyOf(bytes, last ? count + length : doubled);
    }
    piece.readBytes(bytes, count, length);
    count += length;
    if (last && limitBytes >= 0) {
      whole.complete(taken());
    }
  }

  void fail(Problem problem) {
    whole.completeExceptionally(problem);
  }

  static Problem tooLarge(int limitBytes) {
    return new Problem(413, "The body is too large; at most " + limitBytes + " bytes are read.");
  }

  private byte[] taken() {
    byte[] all = count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
    bytes = new byte[0];
    return all;
  }
}
