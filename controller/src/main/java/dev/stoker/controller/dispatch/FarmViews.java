package dev.stoker.controller.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.protocol.Farm;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs.TaskState;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.controller.store.JobRow;
import dev.stoker.controller.store.NodeHours;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.StepRows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What people see of the farm: the overview, nodes, the fleet. Thread-safe. */
public final class FarmViews {
  private static final int MOST_UNFINISHED = 100;
  private static final int MOST_FINISHED = 30;
  private static final int MOST_IN_PAGE = 1_000;

  private final Parts parts;
  private final Traffic traffic;
  private final Books books;
  private final RecentAnswers<String, Farm.Cost> costs;

  FarmViews(Parts parts, Traffic traffic, Books books) {
    this.parts = parts;
    this.traffic = traffic;
    this.books = books;
    costs = new RecentAnswers<>(parts.clocks());
  }

  /**
   * The farm at a glance.
   *
   * @param projects the only ones that the caller sees; empty for all
   */
  public Farm.Overview overview(Set<String> projects) {
    Farm.Cost cost = projects.isEmpty() ? cost() : null;
    return parts
        .store()
        .read(
            rows ->
                new Farm.Overview(
                    rows.jobs().counts(projects),
                    tasks(rows.steps().ofUnfinished(projects)),
                    nodeCounts(),
                    Stream.concat(
                            rows.jobs().unfinished(projects, MOST_UNFINISHED).stream(),
                            rows.jobs().finished(projects, MOST_FINISHED).stream())
                        .map(job -> line(rows, job))
                        .toList(),
                    traffic.lastHour(),
                    cost));
  }

  private Farm.Cost cost() {
    return costs.get("all", () -> parts.store().read(books::cost));
  }

  private static Map<TaskState, Long> tasks(List<StepRows.Open> steps) {
    Map<TaskState, Long> tasks = new EnumMap<>(TaskState.class);
    for (StepRows.Open open : steps) {
      JobViews.states(open.counts(), open.waiting())
          .forEach((state, count) -> tasks.merge(state, count, Long::sum));
    }
    return tasks;
  }

  private static Farm.JobLine line(QueueRows rows, JobRow job) {
    Map<TaskState, Long> tasks = new EnumMap<>(TaskState.class);
    rows.steps()
        .ofJob(job.number())
        .forEach(
            step ->
                JobViews.states(step.counts(), step.unmet() > 0)
                    .forEach((state, count) -> tasks.merge(state, count, Long::sum)));
    return new Farm.JobLine(
        job.id(),
        job.name(),
        job.project(),
        job.submitter(),
        job.priority(),
        job.state(),
        job.message(),
        job.submittedMillis(),
        job.endedMillis(),
        tasks);
  }

  private Farm.NodeCounts nodeCounts() {
    long[] states = new long[3];
    long slots = 0;
    long busy = 0;
    long vcpus = 0;
    long gpus = 0;
    long cacheBytes = 0;
    for (Member member : parts.roster().all()) {
      boolean lost = parts.roster().isLost(member);
      states[lost ? 2 : member.draining ? 1 : 0]++;
      if (!lost) {
        slots += member.row.slots().size();
        busy += busy(member);
        for (Registration.Slot slot : member.row.slots()) {
          vcpus += slot.vcpus();
          gpus += slot.gpus();
        }
        Heartbeat.NodeStatus status = member.status;
        cacheBytes += status == null ? 0 : status.cacheBytes();
      }
    }
    return new Farm.NodeCounts(
        states[0], states[1], states[2], slots, busy, vcpus, gpus, cacheBytes);
  }

  private int busy(Member member) {
    return (int)
        parts.live().ofNode(member.row.number()).stream()
            .map(lease -> lease.row.slotId())
            .distinct()
            .count();
  }

  private String state(Member member) {
    String ready = member.draining ? "draining" : "ready";
    return parts.roster().isLost(member) ? "lost" : ready;
  }

  /**
   * Which nodes to show.
   *
   * @param after the last node's name on the page before; null for the first page
   * @param limit 1 to 1,000
   * @param state only those; null for all
   * @param size only those of a size of machine; null for all
   * @param name only those whose name contains it; null for all
   */
  public record Filter(
      @Nullable String after,
      int limit,
      @Nullable String state,
      @Nullable String size,
      @Nullable String name) {}

  /**
   * All nodes in groups, and a page of them by name.
   *
   * @param withCost whether the caller may see what everything costs
   */
  public Farm.Fleet fleet(Filter filter, boolean withCost) {
    Limits.range("limit", filter.limit(), 1, MOST_IN_PAGE);
    List<Member> matching =
        parts.roster().all().stream()
            .filter(member -> matches(member, filter))
            .sorted(Comparator.comparing(member -> member.row.name()))
            .toList();
    String after = filter.after();
    List<Farm.NodeLine> page =
        matching.stream()
            .filter(member -> after == null || member.row.name().compareTo(after) > 0)
            .limit(filter.limit())
            .map(this::line)
            .toList();
    boolean last = page.isEmpty() || page.getLast().name().equals(matching.getLast().row.name());
    return new Farm.Fleet(
        groups(),
        page,
        matching.size(),
        last ? null : page.getLast().name(),
        withCost ? cost() : null);
  }

  private boolean matches(Member member, Filter filter) {
    String name = filter.name();
    return (filter.state() == null || filter.state().equals(state(member)))
        && (filter.size() == null || filter.size().equals(Books.kind(member).vmSize()))
        && (name == null
            || member.row.name().toLowerCase(Locale.ROOT).contains(name.toLowerCase(Locale.ROOT)));
  }

  private record GroupKey(String location, String zone, String scaleSet, NodeHours.Kind kind) {}

  private List<Farm.Group> groups() {
    Map<GroupKey, List<Member>> groups = new HashMap<>();
    for (Member member : parts.roster().all()) {
      Registration.Machine machine = member.row.machine();
      GroupKey key =
          machine == null
              ? new GroupKey("", "", "", Books.kind(member))
              : new GroupKey(
                  machine.location(), machine.zone(), machine.scaleSet(), Books.kind(member));
      groups.computeIfAbsent(key, ignored -> new ArrayList<>()).add(member);
    }
    return groups.entrySet().stream()
        .map(entry -> group(entry.getKey(), entry.getValue()))
        .sorted(
            Comparator.comparing(Farm.Group::vmSize)
                .thenComparing(Farm.Group::location)
                .thenComparing(Farm.Group::zone)
                .thenComparing(Farm.Group::scaleSet)
                .thenComparing(Farm.Group::spot))
        .toList();
  }

  private Farm.Group group(GroupKey key, List<Member> members) {
    Map<String, Long> states = new TreeMap<>();
    long slots = 0;
    long busy = 0;
    for (Member member : members) {
      states.merge(state(member), 1L, Long::sum);
      if (!parts.roster().isLost(member)) {
        slots += member.row.slots().size();
        busy += busy(member);
      }
    }
    return new Farm.Group(
        key.kind().vmSize(),
        key.location(),
        key.zone(),
        key.scaleSet(),
        key.kind().spot(),
        states.getOrDefault("ready", 0L),
        states.getOrDefault("draining", 0L),
        states.getOrDefault("lost", 0L),
        slots,
        busy,
        books.hourlyPrice(key.kind()));
  }

  private Farm.NodeLine line(Member member) {
    Registration.Machine machine = member.row.machine();
    Heartbeat.NodeStatus status = member.status;
    List<Registration.Slot> slots = member.row.slots();
    return new Farm.NodeLine(
        member.row.id(),
        member.row.name(),
        state(member),
        member.row.release(),
        machine == null ? "" : machine.vmSize(),
        machine == null ? "" : machine.zone(),
        machine != null && machine.spot(),
        slots.size(),
        busy(member),
        slots.stream().mapToInt(Registration.Slot::vcpus).sum(),
        slots.stream().mapToInt(Registration.Slot::gpus).sum(),
        cpuPercent(status),
        gpuPercent(member),
        status == null ? 0 : status.cacheBytes(),
        status == null ? null : status.problem());
  }

  private static @Nullable Double cpuPercent(Heartbeat.@Nullable NodeStatus status) {
    Heartbeat.MachineUsage machine = status == null ? null : status.machine();
    return machine == null || machine.cpuFraction() < 0
        ? null
        : Math.rint(machine.cpuFraction() * 1_000) / 10;
  }

  /** Of the busiest task. */
  private @Nullable Double gpuPercent(Member member) {
    return parts.live().ofNode(member.row.number()).stream()
        .map(lease -> lease.progress)
        .filter(progress -> progress != null && progress.usage() != null)
        .map(progress -> progress.usage().gpuFraction())
        .filter(fraction -> fraction >= 0)
        .max(Comparator.naturalOrder())
        .map(fraction -> Math.rint(fraction * 1_000) / 10)
        .orElse(null);
  }

  /**
   * One node.
   *
   * @param projects whose tasks may be named; empty for all
   */
  public Farm.NodeNow node(String nodeId, Set<String> projects) {
    Member member = parts.node(nodeId);
    UsageHistory history = member.history;
    String topology = parts.store().read(rows -> rows.nodes().topology(member.row.number()));
    return new Farm.NodeNow(
        line(member),
        member.row.machine(),
        member.row.registeredMillis(),
        // Not more often than heartbeats come: a node that rests is no news.
        (parts.clocks().nanos() - member.seenNanos) / 5_000_000_000L * 5_000,
        member.row.attributes(),
        slots(member, projects),
        member.status,
        // Names of folders are their projects' own.
        projects.isEmpty() ? member.holds.folders() : List.of(),
        history == null ? new Farm.History(1, Map.of()) : history.view(parts.clocks().nanos()),
        json(topology));
  }

  private static @Nullable JsonNode json(String text) {
    try {
      return text.isEmpty() ? null : Wire.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A stored topology is not JSON.", e);
    }
  }

  private List<Farm.SlotNow> slots(Member member, Set<String> projects) {
    Map<String, List<LiveLease>> bySlot = new HashMap<>();
    for (LiveLease lease : parts.live().ofNode(member.row.number())) {
      bySlot.computeIfAbsent(lease.row.slotId(), ignored -> new ArrayList<>()).add(lease);
    }
    return parts
        .store()
        .read(
            rows ->
                member.row.slots().stream()
                    .map(
                        slot ->
                            new Farm.SlotNow(
                                slot,
                                bySlot.getOrDefault(slot.id(), List.of()).stream()
                                    .sorted(Comparator.comparingLong(lease -> lease.row.number()))
                                    .map(lease -> task(rows, lease, projects))
                                    .toList()))
                    .toList());
  }

  private static Farm.SlotTask task(QueueRows rows, LiveLease lease, Set<String> projects) {
    Heartbeat.Held progress = lease.progress;
    Heartbeat.Phase phase = progress == null ? Heartbeat.Phase.QUEUED : progress.phase();
    double fraction = progress == null ? -1 : progress.phaseFraction();
    if (!projects.isEmpty() && !projects.contains(lease.row.project())) {
      return new Farm.SlotTask("", "", "", lease.row.attempt(), phase, fraction, "");
    }
    JobRow job = rows.jobs().get(lease.row.jobNumber());
    return new Farm.SlotTask(
        job.id(),
        job.name(),
        new TaskName(job.id(), lease.row.ordinal()).text(),
        lease.row.attempt(),
        phase,
        fraction,
        progress == null ? "" : progress.message());
  }
}
