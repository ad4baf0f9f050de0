package dev.stoker.agent.pipeline;

import dev.stoker.controller.protocol.Finish;
import org.jspecify.annotations.Nullable;

/**
 * Why an attempt failed, as its report says it.
 *
 * @param cause what kind of end it was
 * @param retry what another try is worth; null: as the controller does by itself
 * @param exitCode the renderer's, -1 when none ran to its end
 * @param sentence for people
 */
record Failure(Finish.Cause cause, Finish.@Nullable Retry retry, int exitCode, String sentence) {

  /** The node's fault, or the job's where nothing speaks against the node. */
  static Failure of(int exitCode, String sentence, boolean nodeSuspect) {
    return new Failure(
        nodeSuspect ? Finish.Cause.NODE_FAULT : Finish.Cause.FAILED, null, exitCode, sentence);
  }

  /** Whether this node, not the job, is the likely cause. */
  boolean nodeSuspect() {
    return cause == Finish.Cause.NODE_FAULT;
  }

  /** Whether it costs the task nothing, as another node may well succeed. */
  boolean elsewhere() {
    return nodeSuspect() || retry == Finish.Retry.ELSEWHERE;
  }
}
