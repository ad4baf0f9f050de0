package dev.stoker.controller.attest;

/** A machine that is not believed; the message is one sentence for whoever runs it. */
public final class Refused extends RuntimeException {
  private final Why why;

  /** What the machine can do about it. */
  public enum Why {
    /** Nothing: this is no document of Azure's for this controller. */
    FORGED,
    /** Ask for a new challenge and a new document. */
    STALE,
    /** Ask again later: somebody else has to answer first. */
    UNANSWERED
  }

  Refused(Why why, String sentence) {
    // An answer, not a fault: nobody reads its stack.
    super(sentence, null, false, false);
    this.why = why;
  }

  public Why why() {
    return why;
  }

  static Refused forged(String sentence) {
    return new Refused(Why.FORGED, sentence);
  }

  static Refused stale(String sentence) {
    return new Refused(Why.STALE, sentence);
  }
}
