package dev.stoker.agent.node;

import dev.stoker.agent.node.SlotRule.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Slots that the configuration describes one by one: those with named CPUs first, the others from
 * what is left, each by the requirements it is to meet. Pure.
 */
final class ExplicitSlots {
  private final Topology machine;
  private final List<Gpu> gpus;
  private final Placement free;
  private CpuSet named = CpuSet.EMPTY;

  private ExplicitSlots(Topology machine, List<CpuSet> cores, List<Gpu> gpus) {
    this.machine = machine;
    this.gpus = gpus;
    this.free = new Placement(machine, cores, gpus);
  }

  private record Cut(CpuSet cpus, List<Gpu> gpus, long memoryBytes) {}

  static List<Slot> plan(
      Topology machine, List<CpuSet> cores, List<Gpu> gpus, long memoryBytes, List<Part> parts) {
    ExplicitSlots work = new ExplicitSlots(machine, cores, gpus);
    // Named ones are fixed; nothing that is placed may be in their way.
    List<@Nullable Cut> cuts = new ArrayList<>();
    for (Part part : parts) {
      for (int i = 0; i < part.count(); i++) {
        cuts.add(part.cpus() == null && part.gpus() == null ? null : work.named(part));
      }
    }
    int at = 0;
    for (Part part : parts) {
      for (int i = 0; i < part.count(); i++, at++) {
        if (cuts.get(at) == null) {
          cuts.set(at, work.placed(part, part.gpuCount(), CpuSet.EMPTY, List.of()));
        }
      }
    }
    return work.slots(cuts.stream().map(java.util.Objects::requireNonNull).toList(), memoryBytes);
  }

  private Cut named(Part part) {
    List<Gpu> own = new ArrayList<>();
    for (String name : part.gpus() == null ? List.<String>of() : part.gpus()) {
      Gpu gpu = find(name);
      if (!free.freeGpus().contains(gpu) || own.contains(gpu)) {
        throw new IllegalArgumentException("Two slots name the GPU '" + name + "'.");
      }
      own.add(gpu);
    }
    CpuSet cpus = part.cpus();
    if (cpus == null) {
      CpuSet near = own.stream().map(Gpu::localCpus).reduce(CpuSet.EMPTY, CpuSet::or);
      free.withhold(CpuSet.EMPTY, own);
      return placed(part, 0, near, own);
    }
    if (!machine.allowed().containsAll(cpus) || cpus.isEmpty()) {
      throw new IllegalArgumentException(
          "A slot names the CPUs '%s', of which Stoker may use '%s' on this machine."
              .formatted(cpus, machine.allowed().and(cpus)));
    }
    if (named.intersects(cpus)) {
      throw new IllegalArgumentException("Two slots name the CPUs '" + named.and(cpus) + "'.");
    }
    named = named.or(cpus);
    free.withhold(cpus, own);
    return new Cut(cpus, own, part.memoryBytes());
  }

  private Cut placed(Part part, int gpuCount, CpuSet near, List<Gpu> own) {
    Optional<Placement.Grant> grant =
        free.place(Math.max(1, part.vcpus()), gpuCount, part.gpuMemoryBytes(), near);
    if (grant.isEmpty()) {
      throw new IllegalArgumentException(
          "No room for a slot with %d CPUs and %d GPUs: the CPUs '%s' and %d GPUs are left."
              .formatted(part.vcpus(), gpuCount, free.freeCpus(), free.freeGpus().size()));
    }
    List<Gpu> all = new ArrayList<>(own);
    all.addAll(grant.get().gpus());
    return new Cut(grant.get().cpus(), all, part.memoryBytes());
  }

  private Gpu find(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    for (int i = 0; i < gpus.size(); i++) {
      Gpu gpu = gpus.get(i);
      if (wanted.equals("" + i)
          || wanted.equals(gpu.pciAddress())
          || wanted.equals(String.valueOf(gpu.uuid()).toLowerCase(Locale.ROOT))) {
        return gpu;
      }
    }
    throw new IllegalArgumentException(
        "A slot names the GPU '%s'; this machine has %s."
            .formatted(name, gpus.stream().map(Gpu::id).toList()));
  }

  /** Memory that nobody asked for by number goes by CPUs. */
  private List<Slot> slots(List<Cut> cuts, long memoryBytes) {
    long asked = cuts.stream().mapToLong(Cut::memoryBytes).sum();
    if (asked > memoryBytes && memoryBytes > 0) {
      throw new IllegalArgumentException(
          "The slots ask for %d bytes of memory, and %d are left after the reserve."
              .formatted(asked, memoryBytes));
    }
    long sharing =
        cuts.stream().filter(c -> c.memoryBytes() == 0).mapToLong(c -> c.cpus().size()).sum();
    List<Slot> slots = new ArrayList<>();
    for (Cut cut : cuts) {
      long share =
          cut.memoryBytes() > 0
              ? cut.memoryBytes()
              : Math.max(0, memoryBytes - asked) * cut.cpus().size() / sharing;
      slots.add(SlotLayout.slot(machine, slots.size(), cut.cpus(), share, cut.gpus()));
    }
    return List.copyOf(slots);
  }
}
