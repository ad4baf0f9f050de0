package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.agent.config.ConfigFailure;
import dev.stoker.agent.config.SlotsEntry;
import dev.stoker.agent.config.StokerFile;
import dev.stoker.agent.node.CpuSet;
import dev.stoker.agent.node.SlotLayout;
import dev.stoker.agent.node.SlotRule;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The configuration's words about slots in those of the node. */
final class NodeSlots {
  private NodeSlots() {}

  static SlotRule rule(StokerFile file) {
    @Nullable SlotsEntry slots = file.slots();
    if (slots == null) {
      return SlotRule.AUTO;
    }
    if (slots.rule() != null) {
      return parse(slots.rule());
    }
    return new SlotRule.Explicit(slots.parts().stream().map(NodeSlots::part).toList());
  }

  /** {@code per-gpu}, {@code 4}. */
  static SlotRule parse(String text) {
    try {
      return SlotRule.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ConfigFailure(String.valueOf(e.getMessage()));
    }
  }

  static SlotLayout.Reserve reserve(StokerFile file) {
    StokerFile.@Nullable Reserve reserve = file.reserve();
    return reserve == null
        ? SlotLayout.Reserve.NONE
        : new SlotLayout.Reserve(
            Objects.requireNonNullElse(reserve.cpus(), 0),
            reserve.memory() == null ? 0 : ByteSize.parse("reserve.memory", reserve.memory()));
  }

  private static SlotRule.Part part(SlotsEntry.Part entry) {
    boolean named = entry.cpus() != null || entry.gpus() != null;
    int count = Objects.requireNonNullElse(entry.count(), 1);
    if (count != 1 && (named || count < 1)) {
      throw new ConfigFailure(
          "A slot with 'count: %d' is in 'slots'; write it from 1, and without named CPUs or GPUs."
              .formatted(count));
    }
    if (entry.cpus() == null && entry.vcpus() == null) {
      throw new ConfigFailure("A slot in 'slots' has neither 'cpus' nor 'vcpus'; write one.");
    }
    return new SlotRule.Part(
        entry.cpus() == null ? null : cpus(entry.cpus()),
        Objects.requireNonNullElse(entry.vcpus(), 0),
        entry.memory() == null ? 0 : ByteSize.parse("slots.memory", entry.memory()),
        entry.gpus(),
        Objects.requireNonNullElse(entry.gpuCount(), 0),
        entry.gpuMemory() == null ? 0 : ByteSize.parse("slots.gpuMemory", entry.gpuMemory()),
        count);
  }

  private static CpuSet cpus(String list) {
    try {
      return CpuSet.parse(list);
    } catch (IllegalArgumentException e) {
      throw new ConfigFailure("A slot in 'slots' has CPUs that " + e.getMessage());
    }
  }
}
