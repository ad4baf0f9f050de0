package dev.stoker.agent.node;

import java.util.List;

/**
 * A part of the node that runs one task at a time.
 *
 * @param id names it within the node
 * @param cpus what its tasks are bound to; no other slot has any of them
 * @param memoryBytes set aside for its tasks, 0 where the machine does not say how much it has
 * @param gpus what its tasks see; no other slot has any of them
 * @param numaNodes the nodes of its CPUs, as their numbers; empty where the kernel tells of none
 */
public record Slot(
    String id, CpuSet cpus, long memoryBytes, List<Gpu> gpus, List<Integer> numaNodes) {
  public Slot {
    gpus = List.copyOf(gpus);
    numaNodes = List.copyOf(numaNodes);
  }

  /** Memory of its smallest GPU, which is what a task can count on; 0 without one. */
  public long gpuMemoryBytes() {
    return gpus.stream().mapToLong(Gpu::memoryBytes).min().orElse(0);
  }
}
