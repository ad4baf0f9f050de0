package dev.stoker.agent.node;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a machine is to be cut into slots; {@code slots} in {@code stoker.yaml}. */
public sealed interface SlotRule {
  /** One slot for each GPU that renders; where there is none, one with everything. */
  SlotRule AUTO = new Each(Unit.AUTO);

  /** Equal parts of everything, ≥ 1. */
  record Count(int slots) implements SlotRule {}

  /** One slot for each of these. */
  record Each(Unit unit) implements SlotRule {}

  /** Slots as described, in this order. */
  record Explicit(List<Part> parts) implements SlotRule {
    public Explicit {
      parts = List.copyOf(parts);
    }
  }

  /** What there can be a slot for. */
  enum Unit {
    AUTO,
    GPU,
    NUMA,
    L3
  }

  /**
   * One or several alike.
   *
   * @param cpus these very CPUs, or null for {@code vcpus} of them
   * @param vcpus how many logical CPUs at least, in whole cores, where {@code cpus} is null
   * @param memoryBytes set aside for it; 0 for its share of what the others leave
   * @param gpus these very GPUs, by UUID, PCI address or position; or null for {@code gpuCount}
   * @param gpuCount how many, where {@code gpus} is null
   * @param gpuMemoryBytes each of them at least
   * @param count how many slots of this kind; 1 where CPUs or GPUs are named
   */
  record Part(
      @Nullable CpuSet cpus,
      int vcpus,
      long memoryBytes,
      @Nullable List<String> gpus,
      int gpuCount,
      long gpuMemoryBytes,
      int count) {}

  /**
   * Reads {@code auto}, a number, {@code per-gpu}, {@code per-numa} or {@code per-l3}.
   *
   * @throws IllegalArgumentException in one sentence
   */
  static SlotRule parse(String text) {
    return switch (text) {
      case "auto" -> AUTO;
      case "per-gpu" -> new Each(Unit.GPU);
      case "per-numa" -> new Each(Unit.NUMA);
      case "per-l3" -> new Each(Unit.L3);
      default -> count(text);
    };
  }

  private static SlotRule count(String text) {
    try {
      int slots = Integer.parseInt(text);
      if (slots >= 1) {
        return new Count(slots);
      }
    } catch (NumberFormatException e) {
      // Told below, in our words.
    }
    throw new IllegalArgumentException(
        "The slots are '%s'; write a number from 1, auto, per-gpu, per-numa, per-l3, or a list."
            .formatted(text));
  }
}
