package dev.stoker.agent.lease;

import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.TaskUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A lease while this node holds it. Thread-safe.
 *
 * <p>{@code HELD → CANCELED}, {@code HELD → LOST}, {@code HELD → GRANTED}; a granted lease can
 * neither be canceled nor lost: its manifest will be carried out.
 */
public final class HeldLease {

  /** What can happen to a lease from outside. */
  public interface Holder {
    /** Stop, and finish it as canceled. */
    void canceled(String reason);

    /** Hand it back, unless it began. */
    void wantedBack(String reason);

    /** Stop at once; publish nothing, report nothing. */
    void lost(String reason);
  }

  /** Whether the attempt may still publish. */
  public enum Standing {
    HELD,
    CANCELED,
    LOST,
    GRANTED
  }

  /** As the finish report calls them. */
  private static final Map<Heartbeat.Phase, String> NAMES =
      Map.of(
          Heartbeat.Phase.FETCHING, "fetch",
          Heartbeat.Phase.RENDERING, "render",
          Heartbeat.Phase.PUBLISHING, "publish");

  private static final int MOST_SPANS = 20;

  private final Leasing.Lease lease;
  private final AtomicReference<Standing> standing;
  private final AtomicReference<Heartbeat.Held> report;
  private final AtomicReference<@Nullable Holder> holder = new AtomicReference<>();
  private volatile long validUntilMillis;
  private volatile Supplier<@Nullable TaskUsage> usage = () -> null;

  /**
   * @param askedAtMillis on the boot clock, before the request that won it was sent
   * @param granted whether its manifest was granted already
   */
  public HeldLease(Leasing.Lease lease, long askedAtMillis, boolean granted) {
    this.lease = lease;
    this.standing = new AtomicReference<>(granted ? Standing.GRANTED : Standing.HELD);
    this.validUntilMillis = askedAtMillis + lease.termMillis();
    this.report =
        new AtomicReference<>(
            new Heartbeat.Held(
                lease.leaseId(), lease.attempt(), Heartbeat.Phase.QUEUED, -1, "", 0, 0));
  }

  public Leasing.Lease lease() {
    return lease;
  }

  public Standing standing() {
    return Objects.requireNonNull(standing.get());
  }

  /** Who is told; set before the lease is kept. */
  public void heldBy(Holder who) {
    holder.set(who);
  }

  /** What the next heartbeat says. */
  public Heartbeat.Held report() {
    Heartbeat.Held last = Objects.requireNonNull(report.get());
    return new Heartbeat.Held(
        last.leaseId(),
        last.attempt(),
        last.phase(),
        last.phaseFraction(),
        last.message(),
        last.bytesTotal(),
        last.bytesDone(),
        usage.get(),
        last.timeline());
  }

  /** Notes what people should know of it now, without a change of what it is at. */
  public void warn(String message) {
    Heartbeat.Held last = Objects.requireNonNull(report.get());
    phase(last.phase(), last.phaseFraction(), message);
  }

  /** Says from now on what its processes take. */
  public void measured(Supplier<@Nullable TaskUsage> now) {
    usage = now;
  }

  /**
   * Notes where the attempt is.
   *
   * @param fraction 0 to 1, or -1 when unknown
   */
  public void phase(Heartbeat.Phase phase, double fraction, String message) {
    report.updateAndGet(
        was ->
            new Heartbeat.Held(
                was.leaseId(),
                was.attempt(),
                phase,
                fraction,
                message,
                was.bytesTotal(),
                was.bytesDone(),
                null,
                timeline(was, phase)));
  }

  /** The phases so far, the last one open: a new one ends the one before it. */
  private static List<Finish.Span> timeline(Heartbeat.Held was, Heartbeat.Phase phase) {
    String name = NAMES.get(phase);
    List<Finish.Span> before = was.timeline();
    boolean goesOn = !before.isEmpty() && before.getLast().endMillis() == 0;
    if (name == null || (goesOn && before.getLast().name().equals(name))) {
      return before;
    }
    long now = System.currentTimeMillis();
    List<Finish.Span> spans = new ArrayList<>(before);
    if (goesOn) {
      Finish.Span open = spans.removeLast();
      spans.add(new Finish.Span(open.name(), open.startMillis(), now));
    }
    spans.add(new Finish.Span(name, now, 0));
    return spans.size() > MOST_SPANS
        ? spans.subList(spans.size() - MOST_SPANS, spans.size())
        : spans;
  }

  /** Notes how much of the input is on the node. */
  public void input(long bytesTotal, long bytesDone) {
    report.updateAndGet(
        was ->
            new Heartbeat.Held(
                was.leaseId(),
                was.attempt(),
                was.phase(),
                bytesTotal == 0 ? -1 : (double) bytesDone / bytesTotal,
                was.message(),
                bytesTotal,
                bytesDone,
                null,
                was.timeline()));
  }

  /** The point of no return; whether it was reached now or before. */
  public boolean grant() {
    // The controller's word counts: it granted, so it took neither the cancelation nor the loss as
    // its own.
    return standing.getAndSet(Standing.GRANTED) != Standing.GRANTED;
  }

  void extend(long sentAtMillis) {
    validUntilMillis = Math.max(validUntilMillis, sentAtMillis + lease.termMillis());
  }

  /** On the boot clock. */
  long validUntilMillis() {
    return validUntilMillis;
  }

  void wantBack(String reason) {
    Holder who = holder.get();
    if (standing.get() == Standing.HELD && who != null) {
      who.wantedBack(reason);
    }
  }

  void cancel(String reason) {
    Holder who = holder.get();
    if (standing.compareAndSet(Standing.HELD, Standing.CANCELED) && who != null) {
      who.canceled(reason);
    }
  }

  void lose(String reason) {
    Standing was =
        standing.getAndUpdate(now -> now == Standing.GRANTED ? Standing.GRANTED : Standing.LOST);
    Holder who = holder.get();
    if (was != Standing.GRANTED && was != Standing.LOST && who != null) {
      who.lost(reason);
    }
  }
}
