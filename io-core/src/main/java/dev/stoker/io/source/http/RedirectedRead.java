package dev.stoker.io.source.http;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.AnswerHead;
import dev.stoker.io.net.HttpAnswer;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.RangeCheck;
import dev.stoker.io.net.SpliceTarget;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One read that goes where the server sends it, so many times at most. Canceling it cancels the
 * request under way and, like that, ends only once the buffer is free.
 */
final class RedirectedRead extends CompletableFuture<Void> {
  private final HttpTransport transport;
  private final ByteBuffer into;
  private final RangeCheck check;
  private final Deadline deadline;
  private volatile @Nullable CompletableFuture<Void> current;
  private volatile boolean canceled;

  RedirectedRead(HttpTransport transport, ByteBuffer into, RangeCheck check, Deadline deadline) {
    this.transport = transport;
    this.into = into;
    this.check = check;
    this.deadline = deadline;
  }

  /** Sends the first request, or the next. */
  RedirectedRead send(HttpCall call, int redirectsLeft) {
    Following following = new Following(call, redirectsLeft > 0);
    CompletableFuture<Void> one = transport.readInto(call, into, following, deadline);
    current = one;
    if (canceled) {
      one.cancel(true);
    }
    var _ =
        one.whenComplete(
            (nothing, failure) -> {
              HttpCall next = following.next.get();
              if (failure == null) {
                complete(null);
              } else if (next == null || canceled) {
                completeExceptionally(
                    failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure);
              } else {
                var _ = send(next, redirectsLeft - 1);
              }
            });
    return this;
  }

  @Override
  public boolean cancel(boolean mayInterrupt) {
    canceled = true;
    CompletableFuture<Void> underWay = current;
    return underWay != null && underWay.cancel(mayInterrupt);
  }

  /** The check, which also notes where a redirect leads. */
  private final class Following implements RangeCheck {
    final AtomicReference<@Nullable HttpCall> next = new AtomicReference<>();
    private final HttpCall call;
    private final boolean mayFollow;

    Following(HttpCall call, boolean mayFollow) {
      this.call = call;
      this.mayFollow = mayFollow;
    }

    @Override
    public boolean accepts(AnswerHead head) {
      return check.accepts(head);
    }

    @Override
    public int wantedBytes(int bufferBytes) {
      return check.wantedBytes(bufferBytes);
    }

    @Override
    public void arrived(int bytes) {
      check.arrived(bytes);
    }

    @Override
    public @Nullable SpliceTarget spliceTarget() {
      return check.spliceTarget();
    }

    @Override
    public void spliced(int bytes) {
      check.spliced(bytes);
    }

    @Override
    public IoFailure refusal(HttpAnswer answer) {
      try {
        next.set(mayFollow ? Redirects.next(call, answer) : null);
      } catch (IoFailure e) {
        return e;
      }
      return check.refusal(answer);
    }
  }
}
