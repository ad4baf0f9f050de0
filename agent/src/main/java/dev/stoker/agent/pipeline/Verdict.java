package dev.stoker.agent.pipeline;

import dev.stoker.agent.profile.RendererEvent.Trouble;
import dev.stoker.agent.session.ActionResult;
import dev.stoker.controller.protocol.Finish.Cause;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt's end means, from everything that is known of it. What is certain comes before
 * what a log suggests: the kernel's word on memory, then the clock's, then the renderer's, then the
 * exit code. Pure.
 */
final class Verdict {
  /** A shell gives 128 and the signal's number for what it started, too. */
  private static final int SIGNALED = 128;

  private static final int LAST_SIGNAL = 31;

  private Verdict() {}

  /**
   * @param result how its command ended
   * @param memoryKilled whether the kernel killed one of its processes for want of memory
   * @param said what its renderer said
   * @return empty when it succeeded
   */
  static Optional<Failure> of(ActionResult result, boolean memoryKilled, RendererWord said) {
    String sentence = sentence(result);
    if (result.succeeded()) {
      return fault(said, result.exitCode());
    }
    if (result.nodeSuspect()) {
      return failure(Cause.NODE_FAULT, result, sentence);
    }
    if (memoryKilled) {
      return failure(
          Cause.OUT_OF_MEMORY,
          result,
          "The task's " + subject(result) + ", as it took more memory than its slot has.");
    }
    if (result.outcome() == ActionResult.Outcome.TIMED_OUT) {
      return failure(Cause.TIMED_OUT, result, sentence);
    }
    Trouble trouble = said.trouble();
    if (trouble != null && trouble.cause() == Cause.LICENCE_REFUSED) {
      return Optional.of(failure(trouble, result));
    }
    Optional<Failure> fault = fault(said, result.exitCode());
    if (fault.isPresent()) {
      return fault;
    }
    if (trouble != null) {
      return Optional.of(failure(trouble, result));
    }
    Optional<Trouble> exit = said.ended(result.exitCode());
    if (exit.isPresent()) {
      return Optional.of(failure(exit.get(), result));
    }
    int signal = result.exitCode() - SIGNALED;
    boolean killed = signal > 0 && signal <= LAST_SIGNAL;
    return failure(killed ? Cause.KILLED : Cause.FAILED, result, sentence);
  }

  /** What must not pass, whatever the exit code says. */
  private static Optional<Failure> fault(RendererWord said, int exitCode) {
    @Nullable Trouble trouble = said.trouble();
    if (trouble != null && trouble.fatal()) {
      return Optional.of(
          new Failure(trouble.cause(), trouble.retry(), exitCode, said.sentence(trouble)));
    }
    RendererWord.Fault fault = said.fault();
    return Optional.ofNullable(fault)
        .map(found -> new Failure(found.cause(), null, exitCode, found.sentence()));
  }

  private static Failure failure(Trouble trouble, ActionResult result) {
    return new Failure(
        trouble.cause(),
        trouble.retry(),
        result.exitCode(),
        "The task's " + subject(result) + ": " + trouble.reason() + ".");
  }

  private static Optional<Failure> failure(Cause cause, ActionResult result, String sentence) {
    return Optional.of(new Failure(cause, null, result.exitCode(), sentence));
  }

  private static String sentence(ActionResult result) {
    return "The task's " + subject(result) + ".";
  }

  private static String subject(ActionResult result) {
    return (result.message().startsWith("environment ") ? "" : "command ") + result.message();
  }
}
