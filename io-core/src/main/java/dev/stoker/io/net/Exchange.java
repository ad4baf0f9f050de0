package dev.stoker.io.net;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way: from being asked for, through waiting for a connection, to its answer. Owned
 * by whoever holds it: the caller's thread, then the pool's queue, then one connection's event
 * loop.
 */
abstract sealed class Exchange {
  final HttpCall call;
  final Deadline deadline;

  /** Set while it waits for a connection; guarded by the pool's lock. */
  @Nullable Future<?> waitTimer;

  /** The connection that carries it; written under the pool's lock, read by whoever cancels. */
  volatile @Nullable Connection carrier;

  volatile boolean abandoned;

  /** Whether it was sent again after its connection turned out to be dead. */
  boolean replayed;

  private Exchange(HttpCall call, Deadline deadline) {
    this.call = call;
    this.deadline = deadline;
  }

  /** The head is here. */
  abstract void head(AnswerHead head);

  /** Takes exactly {@code lengthBytes} off {@code from}. */
  abstract void body(ByteBuf from, int lengthBytes);

  /** Where the rest of a plain body goes, position to limit, or null for nowhere in particular. */
  abstract @Nullable ByteBuffer directTarget();

  /** Where the rest of a plain body goes past memory, or null. */
  @Nullable SpliceTarget spliceTarget() {
    return null;
  }

  /** How many bytes of the body are there. */
  int gotBytes() {
    return 0;
  }

  /** Bytes that the splice target took. */
  void spliced(int lengthBytes) {
    throw new IllegalStateException("There is no target.");
  }

  /** The splice target turned out useless. */
  void stopSplicing() {}

  /** Whether each read into the direct target begins at its start. */
  boolean handsOnAtOnce() {
    return false;
  }

  /** Bytes that were read straight into the target. */
  abstract void tookDirect(int lengthBytes);

  /** The answer is complete. */
  abstract void complete();

  /** There will be no answer. Nothing touches the caller's buffer from here on. */
  abstract void fail(Throwable failure);

  abstract boolean isDone();

  IoFailure.Corrupt corrupt(String because) {
    return new IoFailure.Corrupt("Cannot use the answer to " + call + ", because " + because + ".");
  }

  IoFailure.TimedOut timedOut(String stage) {
    return new IoFailure.TimedOut(
        "Gave up on " + call + " at its deadline " + stage + "; the origin is slow or hangs.");
  }

  IoFailure.Unavailable notSent(Throwable cause) {
    return new IoFailure.Unavailable(
        "Cannot send " + call + ": " + RequestWriter.reason(cause) + ".", cause);
  }

  IoFailure.Unavailable broken(Throwable cause) {
    return new IoFailure.Unavailable(
        "Cannot finish " + call + ": " + RequestWriter.reason(cause) + ".", cause);
  }

  IoFailure.Unavailable closedEarly(boolean answerBegun) {
    return new IoFailure.Unavailable(
        "Cannot finish "
            + call
            + ": the origin closed the connection "
            + (answerBegun ? "in the middle of its answer." : "without an answer."),
        null);
  }

  IoFailure.Unavailable silent(Duration time) {
    return new IoFailure.Unavailable(
        "Cannot finish " + call + ": the origin sent nothing for " + time.toSeconds() + " s.",
        null);
  }

  /** A future that ends only when the transport let go of the caller's buffer. */
  static final class Result<T> extends CompletableFuture<T> {
    private final Runnable abandon;

    Result(Runnable abandon) {
      this.abandon = abandon;
    }

    /** Asks the transport to let go; the future ends, with a failure, once it has. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      if (isDone()) {
        return false;
      }
      abandon.run();
      return true;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
      return new CompletableFuture<>();
    }
  }

  /** Collects a small answer. */
  static final class Small extends Exchange {
    final Result<HttpAnswer> future;
    private @Nullable AnswerHead head;
    private byte[] collected = new byte[0];
    private int collectedBytes;

    Small(HttpCall call, Deadline deadline, OriginPool pool) {
      super(call, deadline);
      this.future = new Result<>(() -> pool.abandon(this));
    }

    @Override
    void head(AnswerHead answerHead) {
      head = answerHead;
      long length = answerHead.contentLength();
      if (length > call.maxAnswerBytes() && !call.method().equals("HEAD")) {
        throw corrupt("its " + length + " bytes are more than " + call.maxAnswerBytes());
      }
      if (length > 0 && !call.method().equals("HEAD")) {
        collected = new byte[(int) length];
      }
    }

    @Override
    void body(ByteBuf from, int lengthBytes) {
      int needed = collectedBytes + lengthBytes;
      if (needed > call.maxAnswerBytes()) {
        throw corrupt("its body is longer than " + call.maxAnswerBytes() + " bytes");
      }
      if (needed > collected.length) {
        collected =
            Arrays.copyOf(collected, Math.min(call.maxAnswerBytes(), Math.max(1024, needed * 2)));
      }
      from.readBytes(collected, collectedBytes, lengthBytes);
      collectedBytes = needed;
    }

    @Override
    @Nullable ByteBuffer directTarget() {
      return null;
    }

    @Override
    void tookDirect(int lengthBytes) {
      throw new IllegalStateException("There is no target.");
    }

    @Override
    void complete() {
      AnswerHead answered = head;
      if (answered == null) {
        throw new IllegalStateException("An answer without a head.");
      }
      byte[] body =
          collectedBytes == collected.length ? collected : Arrays.copyOf(collected, collectedBytes);
      future.complete(new HttpAnswer(answered, body));
    }

    @Override
    void fail(Throwable failure) {
      future.completeExceptionally(failure);
    }

    @Override
    boolean isDone() {
      return future.isDone();
    }
  }

  /** Puts a body of known length where the caller wants it, if the check accepts the head. */
  static final class Range extends Exchange {
    final Result<Void> future;
    private final ByteBuffer into;
    private final int start;
    private final int wantedBytes;
    private int gotBytes;
    private final RangeCheck check;
    private final boolean atOnce;
    private @Nullable SpliceTarget spliceTarget;
    private @Nullable Small refused;
    private final OriginPool pool;

    Range(HttpCall call, ByteBuffer into, RangeCheck check, Deadline deadline, OriginPool pool) {
      super(call, deadline);
      this.into = into;
      this.start = into.position();
      this.wantedBytes = check.wantedBytes(into.remaining());
      this.check = check;
      this.spliceTarget = check.spliceTarget();
      this.atOnce = spliceTarget != null;
      this.pool = pool;
      this.future = new Result<>(() -> pool.abandon(this));
    }

    @Override
    void head(AnswerHead head) {
      if (!check.accepts(head)) {
        Small small = new Small(call, deadline, pool);
        small.head(head);
        refused = small;
        return;
      }
      long length = head.contentLength();
      if (length >= 0 && length != wantedBytes) {
        throw wrongLength(length);
      }
    }

    @Override
    void body(ByteBuf from, int lengthBytes) {
      if (refused != null) {
        refused.body(from, lengthBytes);
        return;
      }
      if (lengthBytes > wantedBytes - gotBytes) {
        throw corrupt("it has more bytes than the " + wantedBytes + " asked for");
      }
      int limit = into.limit();
      for (int left = lengthBytes; left > 0; ) {
        int count = Math.min(left, into.remaining());
        into.limit(into.position() + count);
        from.readBytes(into);
        into.limit(limit);
        got(count);
        left -= count;
      }
    }

    private void got(int lengthBytes) {
      gotBytes += lengthBytes;
      check.arrived(gotBytes);
      if (atOnce || (!into.hasRemaining() && gotBytes < wantedBytes)) {
        into.position(start);
      }
    }

    @Override
    @Nullable SpliceTarget spliceTarget() {
      return refused == null ? spliceTarget : null;
    }

    @Override
    int gotBytes() {
      return gotBytes;
    }

    @Override
    void spliced(int lengthBytes) {
      gotBytes += lengthBytes;
      check.spliced(gotBytes);
    }

    @Override
    void stopSplicing() {
      spliceTarget = null;
    }

    @Override
    boolean handsOnAtOnce() {
      return atOnce;
    }

    private IoFailure.Corrupt wrongLength(long lengthBytes) {
      return corrupt("it has " + lengthBytes + " bytes where " + wantedBytes + " were asked for");
    }

    @Override
    @Nullable ByteBuffer directTarget() {
      return refused == null && into.isDirect() ? into : null;
    }

    @Override
    void tookDirect(int lengthBytes) {
      into.position(into.position() + lengthBytes);
      got(lengthBytes);
    }

    @Override
    void complete() {
      Small small = refused;
      if (small != null) {
        small.complete();
        into.position(start);
        future.completeExceptionally(check.refusal(small.future.join()));
      } else if (gotBytes < wantedBytes) {
        into.position(start);
        future.completeExceptionally(wrongLength(gotBytes));
      } else {
        future.complete(null);
      }
    }

    @Override
    void fail(Throwable failure) {
      into.position(start);
      future.completeExceptionally(failure);
    }

    @Override
    boolean isDone() {
      return future.isDone();
    }
  }
}
