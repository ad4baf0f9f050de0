package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Farm;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.store.JobRow;
import dev.stoker.controller.store.LeaseRows;
import dev.stoker.controller.store.NodeHours;
import dev.stoker.controller.store.QueueRows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts how long nodes are there, and what that costs. Controllers that share a database count
 * each span once; time in which none ran is not counted. Thread-safe.
 */
final class Books {
  private static final Duration SPAN = Duration.ofMinutes(1);

  /** After more than this nobody knows what was there. */
  private static final Duration LONGEST_SPAN = Duration.ofMinutes(5);

  private static final int MONTH_DAYS = 30;
  private static final double HOUR_MILLIS = Duration.ofHours(1).toMillis();
  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

  private final Parts parts;
  private final Prices prices;

  Books(Parts parts, Prices prices) {
    this.parts = parts;
    this.prices = prices;
  }

  /** Counts the time since it was last counted, where that is long enough. */
  void count() {
    long now = parts.clocks().wallMillis();
    Map<NodeHours.Kind, Long> nodes = present();
    Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  long since = now - rows.nodeHours().countedUntil();
                  if (since >= SPAN.toMillis()) {
                    boolean known = since <= LONGEST_SPAN.toMillis();
                    rows.nodeHours()
                        .count(now, known ? since : 0, now / DAY_MILLIS, known ? nodes : Map.of());
                  }
                  return true;
                }));
  }

  private Map<NodeHours.Kind, Long> present() {
    Map<NodeHours.Kind, Long> nodes = new HashMap<>();
    for (Member member : parts.roster().all()) {
      if (!parts.roster().isLost(member)) {
        nodes.merge(kind(member), 1L, Long::sum);
      }
    }
    return nodes;
  }

  static NodeHours.Kind kind(Member member) {
    Registration.Machine machine = member.row.machine();
    return machine == null
        ? new NodeHours.Kind("", false)
        : new NodeHours.Kind(machine.vmSize(), machine.spot());
  }

  @Nullable Double hourlyPrice(NodeHours.Kind kind) {
    return prices.hour(kind.vmSize(), kind.spot());
  }

  /** What nodes cost today and in the last 30 days. */
  Farm.Cost cost(QueueRows rows) {
    long today = parts.clocks().wallMillis() / DAY_MILLIS;
    List<NodeHours.Day> days = rows.nodeHours().since(today - MONTH_DAYS + 1);
    var kinds =
        new TreeMap<NodeHours.Kind, Double>(
            java.util.Comparator.comparing(NodeHours.Kind::vmSize)
                .thenComparing(NodeHours.Kind::spot));
    Sum ofToday = new Sum();
    Sum ofMonth = new Sum();
    for (NodeHours.Day day : days) {
      double hours = day.millis() / HOUR_MILLIS;
      kinds.merge(day.kind(), hours, Double::sum);
      ofMonth.add(day.kind(), hours);
      if (day.day() == today) {
        ofToday.add(day.kind(), hours);
      }
    }
    List<Farm.SizeCost> sizes = new ArrayList<>();
    kinds.forEach(
        (kind, hours) ->
            sizes.add(
                new Farm.SizeCost(kind.vmSize(), kind.spot(), rounded(hours), hourlyPrice(kind))));
    return new Farm.Cost(prices.currency(), ofToday.spent(), ofMonth.spent(), sizes);
  }

  /** What a job's share of its nodes cost. */
  Farm.JobCost cost(QueueRows rows, JobRow job) {
    Sum sum = new Sum();
    for (LeaseRows.Held held : rows.leases().timeHeld(job.number(), parts.clocks().wallMillis())) {
      Member member = parts.roster().byNumber(held.nodeNumber());
      if (member != null) {
        sum.add(kind(member), held.millis() / HOUR_MILLIS * share(member, held.slotId()));
      }
    }
    Farm.Spent spent = sum.spent();
    return new Farm.JobCost(
        prices.currency(),
        spent.amount(),
        rounded(spent.pricedHours() + spent.unpricedHours()),
        spent.unpricedHours());
  }

  private static double share(Member member, String slotId) {
    int all = member.row.slots().stream().mapToInt(Registration.Slot::vcpus).sum();
    return member.slot(slotId).map(slot -> slot.vcpus() / (double) Math.max(1, all)).orElse(1.0);
  }

  private static double rounded(double number) {
    return Math.round(number * 10_000) / 10_000.0;
  }

  private final class Sum {
    private double amount;
    private double priced;
    private double unpriced;

    void add(NodeHours.Kind kind, double hours) {
      Double price = hourlyPrice(kind);
      if (price == null) {
        unpriced += hours;
      } else {
        priced += hours;
        amount += hours * price;
      }
    }

    Farm.Spent spent() {
      return new Farm.Spent(rounded(amount), rounded(priced), rounded(unpriced));
    }
  }
}
