package dev.stoker.agent.pipeline;

/** An attempt cannot go on; the message is the sentence its report carries. */
final class AttemptFailure extends RuntimeException {
  private final boolean nodeSuspect;

  /**
   * @param nodeSuspect whether another node may do better
   */
  AttemptFailure(String sentence, boolean nodeSuspect) {
    super(sentence);
    this.nodeSuspect = nodeSuspect;
  }

  boolean nodeSuspect() {
    return nodeSuspect;
  }

  String sentence() {
    return String.valueOf(getMessage());
  }
}
