package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.store.LeaseRow;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.TaskRow;
import java.util.List;

/**
 * How a task waits for a licence. A licence that somebody else has is nobody's failure, so asking
 * costs no attempt; but a server that never answers must not have a task ask for ever.
 */
final class LicenceRefusals {
  /** With the pauses below about three hours; from then on each costs an attempt. */
  static final int MOST_FREE = 40;

  private static final long FIRST_PAUSE_MILLIS = 15_000;

  /** A licence that comes free waits for its next user so long at most. */
  private static final long LONGEST_PAUSE_MILLIS = 300_000;

  private LicenceRefusals() {}

  /** How often the task was refused one since it last ended in another way. */
  static int inARow(QueueRows rows, TaskRow task) {
    List<LeaseRow> leases =
        rows.leases().ofTasks(task.jobNumber(), task.ordinal(), task.ordinal() + 1);
    int refusals = 0;
    for (LeaseRow lease : leases.reversed()) {
      Finish.Request report = lease.report();
      if (report != null && report.cause() == Finish.Cause.LICENCE_REFUSED) {
        refusals++;
      } else if (lease.endedMillis() != null) {
        break;
      }
    }
    return refusals;
  }

  /**
   * How long it waits after so many in a row: 15 s, 30 s, 1 min and so on up to 5 min.
   *
   * @param refusals at least 1
   */
  static long pauseMillis(int refusals) {
    return Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(10, refusals - 1));
  }

  static String times(int refusals) {
    return refusals == 1 ? "once" : refusals + " times in a row";
  }
}
