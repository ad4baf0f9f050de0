package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Pins;
import dev.stoker.controller.store.JobRow;
import dev.stoker.controller.store.PinRows;
import dev.stoker.controller.store.QueueRows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps which version of each input a job reads. The first that is told stays until a person has
 * the job pinned anew; whoever met another one learns which it is. Thread-safe.
 */
public final class PinDesk {
  /** Rows that are swept in one change, some milliseconds. */
  private static final int SWEPT_AT_ONCE = 2_000;

  /** Changes in one round; more wait for the next. */
  private static final int MOST_ROUNDS = 200;

  private final Parts parts;
  private final LeaseDesk leases;

  PinDesk(Parts parts, LeaseDesk leases) {
    this.parts = parts;
    this.leases = leases;
  }

  /** What is pinned behind a number, at most {@link Pins#MOST_AT_ONCE} files. */
  public Pins.Page get(String jobId, long after, int limit) {
    Limits.range("limit", limit, 1, Pins.MOST_AT_ONCE);
    return parts
        .store()
        .read(
            rows -> {
              PinRows.Sheet sheet = sheet(rows, JobViews.job(rows, jobId));
              List<PinRows.Pinned> found = rows.pins().after(sheet.number(), after, limit + 1);
              boolean more = found.size() > limit;
              List<PinRows.Pinned> told = more ? found.subList(0, limit) : found;
              return new Pins.Page(
                  sheet.number(),
                  sheet.files(),
                  told.stream().map(pin -> new Pins.Pin(pin.name(), pin.version())).toList(),
                  told.isEmpty() ? after : told.getLast().number(),
                  more);
            });
  }

  /** Takes versions that an attempt's session met; says which of them are pinned otherwise. */
  public Pins.Settled take(@Nullable String caller, String leaseId, Pins.Met report) {
    Map<String, String> met = checked(report.met(), Pins.MOST_AT_ONCE);
    return Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  var lease = leases.lease(rows, caller, leaseId, report.attempt());
                  PinRows.Sheet sheet =
                      rows.pins()
                          .sheet(lease.jobNumber())
                          .filter(now -> now.number() == report.generation())
                          .orElseThrow(PinDesk::pinnedAnew);
                  return settled(met, rows.pins().pin(sheet, met, Pins.MOST_OF_JOB));
                }));
  }

  private static Pins.Settled settled(Map<String, String> met, Map<String, String> now) {
    List<Pins.Pin> others = new ArrayList<>();
    int unpinned = 0;
    for (Map.Entry<String, String> one : met.entrySet()) {
      String pinned = now.get(one.getKey());
      if (pinned == null) {
        unpinned++;
      } else if (!pinned.equals(one.getValue())) {
        others.add(new Pins.Pin(one.getKey(), pinned));
      }
    }
    return new Pins.Settled(others, unpinned);
  }

  private static Refusal pinnedAnew() {
    return Refusal.fenced(
        "The job's assets were pinned anew since this attempt began; what it read may be old.");
  }

  private static PinRows.Sheet sheet(QueueRows rows, JobRow job) {
    return rows.pins().sheet(job.number()).orElseThrow(() -> Refusal.missing("job", job.id()));
  }

  /** By name, as the store takes them; refuses what no agent would send. */
  static Map<String, String> checked(List<Pins.Pin> pins, int most) {
    Limits.range("the number of pins", pins.size(), 0, most);
    Map<String, String> byName = LinkedHashMap.newLinkedHashMap(pins.size());
    for (Pins.Pin pin : pins) {
      Limits.present("a pin", pin);
      check(pin.name(), pin.version());
      byName.putIfAbsent(pin.name(), pin.version());
    }
    return byName;
  }

  private static void check(String name, String version) {
    Limits.range("the length of a pin's name", length(name), 2, Pins.LONGEST_NAME);
    Limits.range("the length of a pin's version", length(version), 1, Pins.LONGEST_VERSION);
    if (name.indexOf('/') < 1 || name.indexOf('\0') >= 0 || version.indexOf('\0') >= 0) {
      throw Refusal.invalid(
          "A pin is named '" + Printable.shortened(name) + "'; it must be LOCATION/path.");
    }
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  /** Gives a new job its sheet, with what its submitter saw. */
  static void begin(QueueRows rows, long jobNumber, Map<String, String> seen) {
    rows.pins().begin(jobNumber);
    if (!seen.isEmpty()) {
      rows.pins().pin(rows.pins().sheet(jobNumber).orElseThrow(), seen, Pins.MOST_OF_JOB);
    }
  }

  /** Refuses pins of a submission that no agent would send. */
  static void check(Map<String, String> seen) {
    Limits.range("the number of assets.pins", seen.size(), 0, Pins.MOST_AT_SUBMIT);
    seen.forEach(PinDesk::check);
  }

  /** Removes what no job goes by any more. */
  void sweep() {
    boolean more = true;
    for (int round = 0; round < MOST_ROUNDS && more; round++) {
      more = Answers.await(parts.store().write((rows, events) -> rows.pins().sweep(SWEPT_AT_ONCE)));
    }
  }
}
