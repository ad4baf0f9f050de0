package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.LeaseRow;
import dev.stoker.controller.store.LeaseState;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.TaskRow;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Takes leases from nodes that no longer hold up their end. */
final class LostLeases {
  private final Parts parts;

  LostLeases(Parts parts) {
    this.parts = parts;
  }

  /**
   * Ends leases, and gives their tasks back.
   *
   * @param still asked again within the change, since a heartbeat may have come meanwhile
   */
  CompletableFuture<Boolean> lose(
      List<LiveLease> leases, LeaseState state, Predicate<LiveLease> still) {
    return parts
        .store()
        .write(
            (rows, events) -> {
              var ledger = new Ledger(rows, events, parts);
              for (LiveLease lease : leases) {
                if (still.test(lease)) {
                  lose(rows, ledger, lease.row.number(), state);
                }
              }
              return true;
            });
  }

  private void lose(QueueRows rows, Ledger ledger, long number, LeaseState state) {
    LeaseRow lease = rows.leases().find(number).orElseThrow();
    if (!lease.state().isLive()) {
      return;
    }
    ledger.endLease(lease, state, null);
    TaskRow task = rows.tasks().find(lease.jobNumber(), lease.ordinal()).orElseThrow();
    if (task.leaseNumber() == number) {
      String why =
          "it was lost with its node "
              + TaskLife.MOST_LOSSES
              + " times, last with "
              + parts.roster().name(lease.nodeNumber())
              + ".";
      ledger.move(task, TaskLife.lose(task), why);
    }
  }
}
