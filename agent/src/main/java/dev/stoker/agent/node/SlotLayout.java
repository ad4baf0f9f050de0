package dev.stoker.agent.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Cuts a machine into slots. Pure. */
public final class SlotLayout {
  private SlotLayout() {}

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
   * Cuts what this process may use into {@code slots} parts of nearly equal size: whole cores as
   * long as there are enough, neighbours of one socket together.
   *
   * @throws IllegalArgumentException in one sentence, when there is too little to share
   */
  public static List<Slot> plan(Topology machine, int slots, Reserve reserve) {
    List<CpuSet> units = usableCores(machine, reserve.cpus());
    int cpus = units.stream().mapToInt(CpuSet::size).sum();
    if (slots < 1 || cpus < slots) {
      throw new IllegalArgumentException(
          "Cannot make %d slots of the %d CPUs that are left of %s after a reserve of %d; ask for fewer."
              .formatted(slots, cpus, machine.allowed(), reserve.cpus()));
    }
    long memoryBytes = machine.memoryBytes() - reserve.memoryBytes();
    if (memoryBytes <= 0) {
      throw new IllegalArgumentException(
          "Cannot keep %d bytes of memory in reserve on a machine with %d; reserve less."
              .formatted(reserve.memoryBytes(), machine.memoryBytes()));
    }
    if (units.size() < slots) {
      units = units.stream().flatMap(core -> core.stream().mapToObj(CpuSet::of)).toList();
    }
    List<Slot> result = new ArrayList<>();
    for (int i = 0; i < slots; i++) {
      CpuSet part = CpuSet.EMPTY;
      // Bounds by multiplication, so that sizes differ by one unit at most.
      for (int u = (int) ((long) units.size() * i / slots);
          u < (int) ((long) units.size() * (i + 1) / slots);
          u++) {
        part = part.or(units.get(u));
      }
      result.add(new Slot("slot-" + i, part, memoryBytes / slots));
    }
    return List.copyOf(result);
  }

  /**
   * The allowed parts of all cores, less the reserve, which takes the lowest CPUs: those that most
   * interrupts go to. A quota below the number of CPUs leaves the highest ones out.
   */
  private static List<CpuSet> usableCores(Topology machine, int reservedCpus) {
    CpuSet reserved = CpuSet.of(machine.allowed().stream().limit(reservedCpus).toArray());
    long most =
        Double.isInfinite(machine.cpuQuota())
            ? Long.MAX_VALUE
            : Math.max(1, (long) Math.ceil(machine.cpuQuota())) - reservedCpus;
    CpuSet free = machine.allowed().without(reserved);
    CpuSet usable = CpuSet.of(free.stream().limit(Math.max(0, most)).toArray());
    return machine.cores().stream()
        .sorted(Comparator.comparingInt(Topology.Core::packageId))
        .map(core -> core.cpus().and(usable))
        .filter(core -> !core.isEmpty())
        .toList();
  }
}
