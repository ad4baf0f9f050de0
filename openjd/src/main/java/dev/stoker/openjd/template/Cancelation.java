package dev.stoker.openjd.template;

import dev.stoker.openjd.expr.ExpressionException;
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

  /**
   * One of the other two; which one is known just before the action runs (FEATURE_BUNDLE_1).
   *
   * @param mode becomes the name of a mode on the node
   * @param notifyPeriod as in {@link NotifyThenTerminate}; only that mode may have one
   */
  record Deferred(FormatString mode, @Nullable FormatString notifyPeriod) implements Cancelation {

    /**
     * @param mode what the mode became on the node
     * @throws ExpressionException when it is no mode, or one that a notify period does not go with
     */
    public Cancelation resolved(String mode) {
      return switch (mode) {
        case "NOTIFY_THEN_TERMINATE" -> new NotifyThenTerminate(notifyPeriod);
        case "TERMINATE" -> {
          if (notifyPeriod != null) {
            throw new ExpressionException(
                "its cancelation mode is TERMINATE, which has no notifyPeriodInSeconds");
          }
          yield new Terminate();
        }
        default ->
            throw new ExpressionException(
                "its cancelation mode is '"
                    + mode
                    + "', which is neither TERMINATE nor NOTIFY_THEN_TERMINATE");
      };
    }
  }
}
