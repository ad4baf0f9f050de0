package dev.stoker.openjd.template;

import dev.stoker.openjd.expr.FormatString;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** How an action is stopped before its end. */
public sealed interface Cancelation {
  /** Kill the whole process tree at once. */
  record Terminate() implements Cancelation {}

  /**
   * Ask first, kill after a while.
   *
   * @param notifyPeriod seconds between the two, 1 to 600, literal in a job; null for the default,
   *     which is 120 for a step's {@code onRun} and 30 otherwise
   */
  record NotifyThenTerminate(@Nullable FormatString notifyPeriod) implements Cancelation {
    /** Named by the specification. */
    public static final long MAX_NOTIFY_PERIOD_SECONDS = 600;

    /** The period where the job states one. */
    public OptionalLong notifyPeriodSeconds() {
      return Action.seconds(notifyPeriod);
    }
  }
}
