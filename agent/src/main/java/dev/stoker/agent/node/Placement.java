package dev.stoker.agent.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives out whole cores and GPUs of a machine, each once.
 *
 * <p>GPUs are taken beside each other where they can be; cores next to them, then within one level
 * 3 cache, one NUMA node, one package, anywhere: of those that fit, the one that is left with the
 * fewest free cores, so that large pieces stay whole (best fit). Siblings stay together: two tasks
 * on one core take turns at its execution units.
 *
 * <p>Not thread-safe.
 */
final class Placement {
  private final Topology machine;
  private final List<CpuSet> freeCores;
  private final List<Gpu> freeGpus;

  /** What was given out; {@code cpus} may be more than asked for, as cores are whole. */
  record Grant(CpuSet cpus, List<Gpu> gpus) {}

  Placement(Topology machine, List<CpuSet> cores, List<Gpu> gpus) {
    this.machine = machine;
    this.freeCores = new ArrayList<>(cores);
    this.freeGpus = new ArrayList<>(gpus);
  }

  /** Takes these CPUs out, and whatever shares a core with them. */
  void withhold(CpuSet cpus, List<Gpu> gpus) {
    freeCores.removeIf(core -> core.intersects(cpus));
    freeGpus.removeAll(gpus);
  }

  List<Gpu> freeGpus() {
    return List.copyOf(freeGpus);
  }

  CpuSet freeCpus() {
    return freeCores.stream().reduce(CpuSet.EMPTY, CpuSet::or);
  }

  /**
   * @param cpus ≥ 1
   * @param gpus ≥ 0
   * @param near where its GPUs are already known; else empty
   */
  Optional<Grant> place(int cpus, int gpus, long gpuMemoryBytes, CpuSet near) {
    Optional<List<Gpu>> chosen = chooseGpus(gpus, gpuMemoryBytes);
    if (chosen.isEmpty()) {
      return Optional.empty();
    }
    CpuSet beside = near;
    for (Gpu gpu : chosen.get()) {
      beside = beside.or(gpu.localCpus());
    }
    Optional<List<CpuSet>> cores = chooseCores(cpus, beside);
    if (cores.isEmpty()) {
      return Optional.empty();
    }
    freeGpus.removeAll(chosen.get());
    freeCores.removeAll(cores.get());
    CpuSet given = cores.get().stream().reduce(CpuSet.EMPTY, CpuSet::or);
    return Optional.of(new Grant(given, chosen.get()));
  }

  private Optional<List<Gpu>> chooseGpus(int count, long memoryBytes) {
    Map<CpuSet, List<Gpu>> byPlace = new LinkedHashMap<>();
    for (Gpu gpu : freeGpus) {
      if (gpu.memoryBytes() >= memoryBytes) {
        byPlace.computeIfAbsent(gpu.localCpus(), place -> new ArrayList<>()).add(gpu);
      }
    }
    Comparator<List<Gpu>> fewest = Comparator.comparingInt(List::size);
    Optional<List<Gpu>> together =
        byPlace.values().stream().filter(group -> group.size() >= count).min(fewest);
    if (count == 0) {
      return Optional.of(List.of());
    }
    if (together.isPresent()) {
      return Optional.of(List.copyOf(together.get().subList(0, count)));
    }
    List<Gpu> spread =
        byPlace.values().stream()
            .sorted(fewest.reversed())
            .flatMap(List::stream)
            .limit(count)
            .toList();
    return spread.size() == count ? Optional.of(spread) : Optional.empty();
  }

  private Optional<List<CpuSet>> chooseCores(int cpus, CpuSet near) {
    for (Set<CpuSet> tier : tiers(near)) {
      Optional<CpuSet> best =
          tier.stream()
              .filter(domain -> freeIn(domain) >= cpus)
              .min(Comparator.comparingInt(this::freeIn).thenComparingInt(CpuSet::first));
      if (best.isPresent()) {
        return Optional.of(take(best.get(), cpus));
      }
    }
    return Optional.empty();
  }

  private List<Set<CpuSet>> tiers(CpuSet near) {
    Set<CpuSet> caches = new LinkedHashSet<>();
    Set<CpuSet> nodes = new LinkedHashSet<>();
    Set<CpuSet> packages = new LinkedHashSet<>();
    machine.caches().forEach(cache -> caches.add(cache.cpus()));
    machine.numaNodes().forEach(node -> nodes.add(node.cpus()));
    machine.packages().forEach(one -> packages.add(one.cpus()));
    List<Set<CpuSet>> tiers = new ArrayList<>();
    if (!near.isEmpty()) {
      tiers.add(within(caches, near));
      tiers.add(within(nodes, near));
      tiers.add(Set.of(near));
    }
    tiers.add(caches);
    tiers.add(nodes);
    tiers.add(packages);
    tiers.add(Set.of(machine.online()));
    return tiers;
  }

  private static Set<CpuSet> within(Set<CpuSet> domains, CpuSet near) {
    Set<CpuSet> inside = new LinkedHashSet<>();
    domains.forEach(domain -> inside.add(domain.and(near)));
    return inside;
  }

  private int freeIn(CpuSet domain) {
    return freeCores.stream().filter(domain::containsAll).mapToInt(CpuSet::size).sum();
  }

  /** As few cores as hold {@code cpus}; those of the domain's emptiest caches last. */
  private List<CpuSet> take(CpuSet domain, int cpus) {
    List<CpuSet> taken = new ArrayList<>();
    int left = cpus;
    List<CpuSet> inside =
        freeCores.stream()
            .filter(domain::containsAll)
            .sorted(Comparator.comparingInt(this::freeBeside).thenComparingInt(CpuSet::first))
            .toList();
    for (CpuSet core : inside) {
      if (left <= 0) {
        break;
      }
      taken.add(core);
      left -= core.size();
    }
    return taken;
  }

  /** How many CPUs are free in the cache that a core uses. */
  private int freeBeside(CpuSet core) {
    return machine.caches().stream()
        .filter(cache -> cache.cpus().intersects(core))
        .mapToInt(cache -> freeIn(cache.cpus()))
        .findFirst()
        .orElse(0);
  }
}
