package dev.stoker.controller.protocol;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/nodes/{id}/lease}: a long poll for work. */
public final class Leasing {
  /** Fetching further ahead than this fills a cache with what other nodes could render. */
  public static final int MOST_TASKS = 100;

  /** {@link Protocol#LONGEST_POLL}. */
  public static final long LONGEST_WAIT_MILLIS = 30_000;

  private Leasing() {}

  /**
   * @param sequence counts up by one with each new wish, from 1 after each registration; repeating
   *     a number returns the same leases, a larger one says that the earlier answers arrived
   * @param wishes slots that can take work
   * @param waitMillis how long to hold the call open when there is nothing, 0 to 30,000
   */
  public record Request(
      @Bounds(least = 1) long sequence,
      @Bounds(most = Registration.MOST_SLOTS) List<Wish> wishes,
      @Bounds(least = 0, most = LONGEST_WAIT_MILLIS) long waitMillis) {
    public Request {
      wishes = List.copyOf(wishes);
    }
  }

  /**
   * @param slotId a registered slot
   * @param tasks how many tasks it takes, ≥ 1; more than one lets the agent fetch ahead
   * @param sessionJobId the job whose session is open in this slot, or empty
   * @param sessionStep the step whose session is open in this slot, or empty
   */
  public record Wish(
      @Bounds(least = 1, most = Bounds.NAME, printable = true) String slotId,
      @Bounds(least = 1, most = MOST_TASKS) int tasks,
      @Bounds(least = 0, most = Bounds.NAME, printable = true, optional = true) String sessionJobId,
      @Bounds(least = 0, most = Bounds.NAME, printable = true, optional = true)
          String sessionStep) {
    public Wish {
      sessionJobId = sessionJobId == null ? "" : sessionJobId;
      sessionStep = sessionStep == null ? "" : sessionStep;
    }
  }

  public record Response(long sequence, List<Lease> leases) {
    public Response {
      leases = List.copyOf(leases);
    }
  }

  /**
   * The right to run one attempt of one task, until its term ends or it is revoked.
   *
   * @param leaseId names the lease in all later calls
   * @param attempt counts the task's attempts from 1; part of the fence
   * @param fence {@code TASK-ATTEMPT}: a short name of the task among all tasks, and the attempt in
   *     decimal; at most 24 characters of {@code [a-z0-9-]}
   * @param jobId the job; its definition is at {@code GET /v1/jobs/{id}/definition}
   * @param stepName the step within the job's template
   * @param taskId names the task within the controller
   * @param taskIndex position in the step's parameter space, from 0
   * @param parameters the task's parameter values as text
   * @param slotId the slot it was granted for
   * @param termMillis how long the lease holds, counted from before the agent sent the request
   * @param recover null for an ordinary attempt; else this lease renders nothing: the manifest was
   *     granted to a node that is gone, and the holder carries it out and finishes
   */
  public record Lease(
      String leaseId,
      int attempt,
      String fence,
      String jobId,
      String stepName,
      String taskId,
      long taskIndex,
      Map<String, String> parameters,
      String slotId,
      long termMillis,
      Commit.@Nullable Manifest recover) {
    public Lease {
      parameters = Map.copyOf(parameters);
    }
  }
}
