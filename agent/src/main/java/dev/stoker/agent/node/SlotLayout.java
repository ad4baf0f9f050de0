package dev.stoker.agent.node;

import dev.stoker.agent.node.SlotRule.Count;
import dev.stoker.agent.node.SlotRule.Each;
import dev.stoker.agent.node.SlotRule.Explicit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Cuts a machine into slots. Pure. No two slots share a CPU or a GPU; they share a core only where
 * there are to be more slots than cores, or where the configuration names the CPUs.
 */
public final class SlotLayout {
  private final Topology machine;
  private final List<CpuSet> cores;
  private final List<Gpu> gpus;
  private final long memoryBytes;

  private SlotLayout(Topology machine, Reserve reserve) {
    this.machine = machine;
    this.cores = usableCores(machine, reserve.cpus());
    this.gpus = machine.gpus().stream().filter(Gpu::renders).toList();
    this.memoryBytes = Math.max(0, machine.memoryBytes() - reserve.memoryBytes());
    if (machine.allowed().isEmpty()) {
      throw new IllegalArgumentException("The machine shows no CPU that Stoker may use.");
    }
    if (cores.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot keep %d CPUs in reserve on a machine that leaves %s to Stoker; reserve fewer."
              .formatted(reserve.cpus(), machine.allowed()));
    }
    if (memoryBytes == 0 && machine.memoryBytes() > 0) {
      throw new IllegalArgumentException(
          "Cannot keep %d bytes of memory in reserve on a machine with %d; reserve less."
              .formatted(reserve.memoryBytes(), machine.memoryBytes()));
    }
  }

  /**
   * Kept from the slots for the operating system and Stoker.
   *
   * @param cpus logical CPUs, ≥ 0
   * @param memoryBytes ≥ 0
   */
  public record Reserve(int cpus, long memoryBytes) {
    public static final Reserve NONE = new Reserve(0, 0);
  }

  /**
   * Cuts what this process may use.
   *
   * @throws IllegalArgumentException in one sentence, when there is too little to share
   */
  public static List<Slot> plan(Topology machine, SlotRule rule, Reserve reserve) {
    SlotLayout layout = new SlotLayout(machine, reserve);
    return switch (rule) {
      case Count(int slots) -> layout.equal(slots);
      case Each(SlotRule.Unit unit) ->
          switch (unit) {
            case AUTO -> layout.gpus.isEmpty() ? layout.equal(1) : layout.perGpu();
            case GPU -> layout.perGpu();
            case NUMA -> layout.groups(machine.numaNodes().stream().map(n -> n.cpus()).toList());
            case L3 -> layout.groups(machine.caches().stream().map(c -> c.cpus()).toList());
          };
      case Explicit(List<SlotRule.Part> parts) ->
          ExplicitSlots.plan(machine, cores(layout), layout.gpus, layout.memoryBytes, parts);
    };
  }

  private static List<CpuSet> cores(SlotLayout layout) {
    return layout.cores;
  }

  /** Parts of nearly equal size: whole cores as long as there are enough, neighbours together. */
  private List<Slot> equal(int slots) {
    List<CpuSet> units = cores;
    int cpus = units.stream().mapToInt(CpuSet::size).sum();
    if (slots < 1 || cpus < slots) {
      throw new IllegalArgumentException(
          "Cannot make %d slots of the %d CPUs that are left of %s after the reserve; ask for fewer."
              .formatted(slots, cpus, machine.allowed()));
    }
    if (units.size() < slots) {
      units = units.stream().flatMap(core -> core.stream().mapToObj(CpuSet::of)).toList();
    }
    List<CpuSet> parts = divide(units, slots);
    return slots(parts, gpusFor(parts), parts.stream().mapToLong(part -> 1).toArray());
  }

  /** Bounds by multiplication, so that sizes differ by one unit at most. */
  private static List<CpuSet> divide(List<CpuSet> units, int parts) {
    List<CpuSet> result = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      int from = (int) ((long) units.size() * i / parts);
      int to = (int) ((long) units.size() * (i + 1) / parts);
      result.add(units.subList(from, to).stream().reduce(CpuSet.EMPTY, CpuSet::or));
    }
    return result;
  }

  private List<Slot> perGpu() {
    if (gpus.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot make a slot for each GPU on a machine that shows none; is its driver loaded?");
    }
    if (cores.size() < gpus.size()) {
      throw new IllegalArgumentException(
          "Cannot make slots for %d GPUs of %d cores; set slots to a number."
              .formatted(gpus.size(), cores.size()));
    }
    List<CpuSet> parts = GpuNeighbours.share(cores, gpus);
    List<List<Gpu>> own = gpus.stream().map(List::of).toList();
    return slots(parts, own, parts.stream().mapToLong(part -> 1).toArray());
  }

  /** A slot for each group that has a usable core; what is in no group makes one more. */
  private List<Slot> groups(List<CpuSet> domains) {
    List<CpuSet> left = new ArrayList<>(cores);
    List<CpuSet> parts = new ArrayList<>();
    for (CpuSet domain : domains) {
      List<CpuSet> inside = left.stream().filter(core -> core.intersects(domain)).toList();
      left.removeAll(inside);
      if (!inside.isEmpty()) {
        parts.add(inside.stream().reduce(CpuSet.EMPTY, CpuSet::or));
      }
    }
    if (!left.isEmpty()) {
      parts.add(left.stream().reduce(CpuSet.EMPTY, CpuSet::or));
    }
    return slots(parts, gpusFor(parts), parts.stream().mapToLong(CpuSet::size).toArray());
  }

  /** Spread evenly, each where most of the CPUs are that are next to it. */
  private List<List<Gpu>> gpusFor(List<CpuSet> parts) {
    int most = (gpus.size() + parts.size() - 1) / parts.size();
    List<List<Gpu>> result = new ArrayList<>();
    parts.forEach(part -> result.add(new ArrayList<>()));
    for (Gpu gpu : gpus) {
      int best = -1;
      for (int i = 0; i < parts.size(); i++) {
        boolean open = result.get(i).size() < most;
        if (open && (best < 0 || closer(gpu, parts, result, i, best))) {
          best = i;
        }
      }
      result.get(best).add(gpu);
    }
    return result;
  }

  private static boolean closer(
      Gpu gpu, List<CpuSet> parts, List<List<Gpu>> given, int one, int other) {
    int near = gpu.localCpus().and(parts.get(one)).size();
    int far = gpu.localCpus().and(parts.get(other)).size();
    return near > far || (near == far && given.get(one).size() < given.get(other).size());
  }

  private List<Slot> slots(List<CpuSet> parts, List<List<Gpu>> own, long[] weights) {
    long all = 0;
    for (long weight : weights) {
      all += weight;
    }
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      long share = memoryBytes * weights[i] / all;
      slots.add(slot(machine, i, parts.get(i), share, own.get(i)));
    }
    return List.copyOf(slots);
  }

  static Slot slot(Topology machine, int number, CpuSet cpus, long memoryBytes, List<Gpu> gpus) {
    List<Integer> nodes =
        machine.numaNodes().stream()
            .filter(node -> node.cpus().intersects(cpus))
            .map(Topology.NumaNode::id)
            .toList();
    return new Slot("slot-" + number, cpus, memoryBytes, gpus, nodes);
  }

  /**
   * The allowed parts of all cores, less the reserve, which takes the lowest: those that most
   * interrupts go to. A quota below the number of CPUs leaves the highest ones out.
   */
  private static List<CpuSet> usableCores(Topology machine, int reservedCpus) {
    List<CpuSet> cores =
        machine.cores().stream()
            .sorted(
                Comparator.comparingInt(Topology.Core::packageId)
                    .thenComparingInt(core -> nodeOf(machine, core.cpus()))
                    .thenComparingInt(core -> cacheOf(machine, core.cpus()))
                    .thenComparingInt(core -> core.cpus().first()))
            .map(core -> core.cpus().and(machine.allowed()))
            .filter(core -> !core.isEmpty())
            .toList();
    CpuSet usable = machine.allowed().without(reserved(cores, reservedCpus));
    if (!Double.isInfinite(machine.cpuQuota())) {
      long most = Math.max(1, (long) Math.ceil(machine.cpuQuota())) - reservedCpus;
      usable = CpuSet.of(usable.stream().limit(Math.max(0, most)).toArray());
    }
    CpuSet left = usable;
    return cores.stream().map(left::and).filter(core -> !core.isEmpty()).toList();
  }

  /** Whole cores as far as they go, so that no slot shares one with the system. */
  private static CpuSet reserved(List<CpuSet> cores, int cpus) {
    CpuSet taken = CpuSet.EMPTY;
    for (CpuSet core : cores) {
      int left = cpus - taken.size();
      taken = taken.or(CpuSet.of(core.stream().limit(left).toArray()));
    }
    return taken;
  }

  private static int nodeOf(Topology machine, CpuSet core) {
    return machine.numaNodes().stream()
        .filter(node -> node.cpus().intersects(core))
        .mapToInt(Topology.NumaNode::id)
        .findFirst()
        .orElse(-1);
  }

  private static int cacheOf(Topology machine, CpuSet core) {
    return machine.caches().stream()
        .filter(cache -> cache.cpus().intersects(core))
        .mapToInt(cache -> cache.cpus().first())
        .findFirst()
        .orElse(-1);
  }
}
