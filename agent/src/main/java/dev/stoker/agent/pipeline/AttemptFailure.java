package dev.stoker.agent.pipeline;

import dev.stoker.controller.protocol.Finish.Cause;

/** An attempt cannot go on; the message is the sentence its report carries. */
final class AttemptFailure extends RuntimeException {
  private final Cause cause;

  /**
   * @param nodeSuspect whether another node may do better
   */
  AttemptFailure(String sentence, boolean nodeSuspect) {
    this(sentence, nodeSuspect ? Cause.NODE_FAULT : Cause.FAILED);
  }

  AttemptFailure(String sentence, Cause cause) {
    super(sentence);
    this.cause = cause;
  }

  /** What its report says; no command has ended. */
  Failure failure() {
    return new Failure(cause, null, -1, sentence());
  }

  String sentence() {
    return String.valueOf(getMessage());
  }
}
