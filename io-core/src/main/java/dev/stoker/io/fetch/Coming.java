package dev.stoker.io.fetch;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.SpliceTarget;
import dev.stoker.io.source.Arrivals;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One request's bytes while they come in: has them handed on as {@link Handout} says. On the
 * source's threads, one at a time.
 */
final class Coming implements Arrivals {
  private final Run run;
  private final Run.Attempt attempt;
  private final ReentrantLock lock;
  private final QueueHost engine;

  /**
   * @param lock the queue's
   */
  Coming(Run run, Run.Attempt attempt, ReentrantLock lock, QueueHost engine) {
    this.run = run;
    this.attempt = attempt;
    this.lock = lock;
    this.engine = engine;
  }

  @Override
  public void arrived(int bytes) {
    if (attempt.streams) {
      streamed(bytes);
    } else if (Handout.pays(run, attempt, bytes)) {
      handOnEarly(bytes);
    }
  }

  private void handOnEarly(int bytes) {
    Delivery delivery;
    lock.lock();
    try {
      List<Delivery.Part> parts = Handout.early(run, bytes);
      if (parts.isEmpty()) {
        return;
      }
      attempt.lease.share();
      delivery = new Delivery(attempt.lease, run.priority(), parts);
    } finally {
      lock.unlock();
    }
    engine.deliver(delivery);
  }

  private void streamed(int bytes) {
    boolean due =
        attempt.splice != null
            || bytes - attempt.seenBytes >= attempt.stepBytes
            || bytes >= run.range.lengthBytes();
    if (!due) {
      return;
    }
    List<Delivery> deliveries;
    lock.lock();
    try {
      deliveries = Handout.window(run, attempt, bytes, engine.pool());
    } finally {
      lock.unlock();
    }
    deliveries.subList(1, deliveries.size()).forEach(engine::deliver);
    engine.deliverHere(deliveries.getFirst());
  }

  @Override
  public @Nullable SpliceTarget spliceTarget() {
    Want only = attempt.only;
    if (only == null || only.future.isDone()) {
      return null;
    }
    RangeSink.Splice splice = only.sink.splice();
    attempt.splice = splice;
    return splice == null ? null : new Target(splice, only);
  }

  /** What cannot be kept ends the want, as it would by way of the sink. */
  private final class Target implements SpliceTarget {
    private final RangeSink.Splice splice;
    private final Want only;

    Target(RangeSink.Splice splice, Want only) {
      this.splice = splice;
      this.only = only;
    }

    @Override
    public int splice(int socket, long offset, int mostBytes) {
      try {
        return splice.splice(socket, run.range.offset() + offset, mostBytes);
      } catch (IoFailure e) {
        only.future.completeExceptionally(e);
        throw e;
      }
    }

    @Override
    public void put(long offset, ByteBuffer data) {
      try {
        splice.put(run.range.offset() + offset, data);
      } catch (IoFailure e) {
        only.future.completeExceptionally(e);
        throw e;
      }
    }
  }

  @Override
  public void spliced(int bytes) {
    Delivery delivery;
    lock.lock();
    try {
      delivery = new Delivery(attempt.lease, run.priority(), Handout.spliced(run, attempt, bytes));
    } finally {
      lock.unlock();
    }
    engine.spliced(delivery);
  }
}
