package dev.stoker.controller.dispatch;

/** A call that cannot be done; the message is one sentence for whoever called. */
public final class Refusal extends RuntimeException {
  private final Kind kind;

  /** Why. */
  public enum Kind {
    /** The request itself is wrong. */
    INVALID,
    /** The caller is not who may do it. */
    FORBIDDEN,
    /** There is no such thing. */
    MISSING,
    /** The thing is in a state that rules it out, now and for ever. */
    FENCED,
    /** More than is kept. */
    TOO_LARGE
  }

  public Refusal(Kind kind, String sentence) {
    // Refusals are answers, not faults: nobody reads their stack.
    super(sentence, null, false, false);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  static Refusal invalid(String sentence) {
    return new Refusal(Kind.INVALID, sentence);
  }

  static Refusal forbidden(String sentence) {
    return new Refusal(Kind.FORBIDDEN, sentence);
  }

  static Refusal missing(String what, String id) {
    return new Refusal(
        Kind.MISSING, "There is no " + what + " '" + Printable.shortened(id) + "' here.");
  }

  static Refusal fenced(String sentence) {
    return new Refusal(Kind.FENCED, sentence);
  }
}
