package dev.stoker.agent.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Shares cores out among GPUs: those next to a group of GPUs are divided among them, neighbours
 * together, up to the group's fair share of all; what is next to none goes to whoever has least.
 * Pure.
 */
final class GpuNeighbours {
  private GpuNeighbours() {}

  /**
   * @param cores at least as many as {@code gpus}
   * @return the CPUs of each GPU, in their order; none is empty
   */
  static List<CpuSet> share(List<CpuSet> cores, List<Gpu> gpus) {
    List<CpuSet> left = new ArrayList<>(cores);
    Map<Gpu, List<CpuSet>> given = new HashMap<>();
    gpus.forEach(gpu -> given.put(gpu, new ArrayList<>()));
    for (List<Gpu> group : byPlace(gpus)) {
      CpuSet place = group.getFirst().localCpus();
      // A group that may use every core must leave the others theirs.
      long most = (long) cores.size() * group.size() / gpus.size();
      List<CpuSet> near = left.stream().filter(place::containsAll).limit(most).toList();
      left.removeAll(near);
      for (int i = 0; i < group.size(); i++) {
        int from = near.size() * i / group.size();
        int to = near.size() * (i + 1) / group.size();
        own(given, group.get(i)).addAll(near.subList(from, to));
      }
    }
    for (CpuSet core : left) {
      own(given, poorest(gpus, given)).add(core);
    }
    return gpus.stream()
        .map(gpu -> own(given, gpu).stream().reduce(CpuSet.EMPTY, CpuSet::or))
        .toList();
  }

  /** GPUs with the same neighbours, the choosiest first. */
  private static List<List<Gpu>> byPlace(List<Gpu> gpus) {
    Map<CpuSet, List<Gpu>> groups = new LinkedHashMap<>();
    gpus.forEach(
        gpu -> groups.computeIfAbsent(gpu.localCpus(), place -> new ArrayList<>()).add(gpu));
    return groups.entrySet().stream()
        .filter(group -> !group.getKey().isEmpty())
        .sorted(Comparator.comparingInt(group -> group.getKey().size()))
        .map(Map.Entry::getValue)
        .toList();
  }

  private static Gpu poorest(List<Gpu> gpus, Map<Gpu, List<CpuSet>> given) {
    return gpus.stream().min(Comparator.comparingInt(gpu -> own(given, gpu).size())).orElseThrow();
  }

  private static List<CpuSet> own(Map<Gpu, List<CpuSet>> given, Gpu gpu) {
    return given.computeIfAbsent(gpu, none -> new ArrayList<>());
  }
}
