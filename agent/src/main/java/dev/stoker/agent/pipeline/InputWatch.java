package dev.stoker.agent.pipeline;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.NodeIo;
import dev.stoker.io.stage.DamagedStages;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends the attempts whose inputs turned out damaged, or whose mount is gone, as the I/O process
 * tells of them. Runs on a thread of its own.
 */
final class InputWatch {
  /** One question to the I/O process waits so long for news. */
  private static final Duration WAIT = Duration.ofSeconds(30);

  private static final Duration RETRY = Duration.ofSeconds(2);

  private final NodeIo io;
  private final List<SlotWorker> workers;

  InputWatch(NodeIo io, List<SlotWorker> workers) {
    this.io = io;
    this.workers = workers;
  }

  /** Until {@code closing}, or until it is interrupted. */
  void run(CountDownLatch closing) {
    long seen = 0;
    try {
      while (closing.getCount() > 0) {
        try {
          DamagedStages now = io.awaitDamage(seen, Deadline.after(WAIT));
          seen = now.version();
          endUnserved();
          workers.forEach(worker -> worker.endDamaged(now.sentences()));
        } catch (IoFailure e) {
          endUnserved();
          if (closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
            return; // else: the I/O process is away, and will tell all of it when it is back
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What read through a mount that is gone has broken files, and may not have noticed. */
  private void endUnserved() {
    long instance;
    try {
      instance = io.mountState().instance();
    } catch (IoFailure.Unavailable e) {
      instance = 0;
    } catch (IoFailure e) {
      return; // it may only be slow
    }
    for (SlotWorker worker : workers) {
      worker.endUnserved(instance);
    }
  }
}
