package dev.stoker.agent.pipeline;

import dev.stoker.controller.protocol.Heartbeat.Phase;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.io.daemon.StageProgress;
import dev.stoker.openjd.expr.ExpressionException;
import dev.stoker.openjd.job.Step;
import dev.stoker.openjd.space.TaskParameters;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Brings an attempt's inputs from the moment its lease is won, while others render. Thread-safe;
 * each attempt has a thread of its own for it.
 */
final class Preparation {
  private final JobPlans plans;
  private final OriginWatch origins;

  Preparation(JobPlans plans, OriginWatch origins) {
    this.plans = plans;
    this.origins = origins;
  }

  /** Fetches; whoever waits for {@link Attempt#prepared} learns how it went. */
  void prepare(Attempt attempt) {
    Thread self = Thread.currentThread();
    attempt.whenStopped(stop -> self.interrupt());
    Attempt.Prepared prepared;
    try {
      prepared = prepared(attempt);
    } catch (InterruptedException e) {
      attempt.whenStopped(null);
      attempt.prepared().cancel(false);
      return;
    } catch (RuntimeException | IOException e) {
      attempt.whenStopped(null);
      attempt.prepared().completeExceptionally(e);
      return;
    }
    // Before the slot's thread learns of it and says itself what to do when it is stopped.
    attempt.whenStopped(null);
    attempt.prepared().complete(prepared);
  }

  /** The inputs are there: an earlier agent brought them. */
  static void prepareAdopted(Attempt attempt, JobPlan plan) {
    Leasing.Lease lease = attempt.lease();
    try {
      Step step = plan.step(lease.stepName());
      attempt
          .prepared()
          .complete(new Attempt.Prepared(plan, step, step.space().parse(lease.parameters())));
    } catch (AttemptFailure e) {
      attempt.prepared().completeExceptionally(e);
    } catch (ExpressionException e) {
      attempt
          .prepared()
          .completeExceptionally(
              new AttemptFailure("The task's parameters do not fit: " + e.getMessage(), false));
    }
  }

  private Attempt.Prepared prepared(Attempt attempt) throws IOException, InterruptedException {
    long startMillis = System.currentTimeMillis();
    attempt.held().phase(Phase.FETCHING, -1, "");
    Leasing.Lease lease = attempt.lease();
    JobPlan plan = plans.get(lease.jobId());
    Step step = plan.step(lease.stepName());
    try {
      TaskParameters task = step.space().parse(lease.parameters());
      Optional<String> away = origins.trouble(origins(plan, task));
      if (away.isPresent()) {
        String why = "Its node cannot reach what it reads: " + away.get();
        attempt.stop(new Attempt.Stop(Attempt.Stop.Kind.RETURNED, why));
        throw new InterruptedException(why);
      }
      fetch(attempt, plan, task);
      attempt.did("fetch", startMillis, System.currentTimeMillis());
      return new Attempt.Prepared(plan, step, task);
    } catch (ExpressionException e) {
      throw new AttemptFailure("The task's parameters do not fit: " + e.getMessage(), false);
    }
  }

  private static Set<OriginWatch.Origin> origins(JobPlan plan, TaskParameters task) {
    String project = plan.definition().project();
    return plan.inputs(task).stream()
        .map(place -> new OriginWatch.Origin(place.location().uri(), project))
        .collect(Collectors.toSet());
  }

  static void fetch(Attempt attempt, JobPlan plan, TaskParameters task)
      throws IOException, InterruptedException {
    StageProgress done =
        attempt
            .session()
            .stage(
                plan,
                task,
                progress -> attempt.held().input(progress.bytesTotal(), progress.bytesDone()));
    attempt.addInput(done);
    Optional<Failure> changed = attempt.session().settlePins(attempt, true);
    if (changed.isPresent()) {
      throw new AttemptFailure(changed.get().sentence(), changed.get().cause());
    }
  }
}
