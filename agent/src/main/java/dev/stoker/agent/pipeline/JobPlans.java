package dev.stoker.agent.pipeline;

import dev.stoker.agent.lease.ControllerLink;
import dev.stoker.agent.lease.Pause;
import dev.stoker.controller.client.ControllerException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** The jobs this node works on, fetched once each. Thread-safe. */
final class JobPlans {
  /** A node switches between few jobs; a definition may take megabytes. */
  private static final int MOST_KEPT = 16;

  private final ControllerLink link;
  private final Pause pause;
  private final ReentrantLock lock = new ReentrantLock(); // guards known; held while one is fetched
  private final Map<String, JobPlan> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, JobPlan> eldest) {
          return size() > MOST_KEPT;
        }
      };

  JobPlans(ControllerLink link, Pause pause) {
    this.link = link;
    this.pause = pause;
  }

  /**
   * @throws AttemptFailure when the controller does not give it, or no job can be made of it
   */
  JobPlan get(String jobId) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      JobPlan plan = known.get(jobId);
      if (plan == null) {
        plan = fetch(jobId);
        known.put(jobId, plan);
      }
      return plan;
    } finally {
      lock.unlock();
    }
  }

  private JobPlan fetch(String jobId) throws InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        return JobPlan.of(link.node().client().definition(jobId));
      } catch (ControllerException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (!e.retryable() || !pause.beforeRetry(tries)) {
          throw new AttemptFailure("Cannot learn what the job is: " + e.sentence(), true);
        }
      }
    }
  }
}
