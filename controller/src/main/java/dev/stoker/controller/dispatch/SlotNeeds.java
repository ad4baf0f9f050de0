package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Registration.Slot;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a step asks of the slot it runs in.
 *
 * @param amounts least amounts by OpenJD name, in OpenJD's units (memory in MiB)
 * @param anyOf by attribute name: one of these values
 * @param allOf by attribute name: all of these values
 * @param tokens counted tokens by the names of their limits
 */
record SlotNeeds(
    Map<String, Double> amounts,
    Map<String, List<String>> anyOf,
    Map<String, List<String>> allOf,
    Map<String, Integer> tokens) {
  static final SlotNeeds NONE = new SlotNeeds(Map.of(), Map.of(), Map.of(), Map.of());

  /** What nodes have, as OpenJD names it (Template Schemas, 3.3.1.1). */
  static final List<String> OF_NODES =
      List.of(
          "amount.worker.vcpu",
          "amount.worker.memory",
          "amount.worker.gpu",
          "amount.worker.gpu.memory");

  private static final double MIB = 1 << 20;

  SlotNeeds {
    amounts = Map.copyOf(amounts);
    anyOf = Map.copyOf(anyOf);
    allOf = Map.copyOf(allOf);
    tokens = Map.copyOf(tokens);
  }

  /** Whether a slot of a node with these attributes offers it all. */
  boolean fit(Slot slot, Map<String, List<String>> attributes) {
    return amounts.entrySet().stream().allMatch(e -> offered(e.getKey(), slot) >= e.getValue())
        && anyOf.entrySet().stream().allMatch(e -> hasAny(attributes, e.getKey(), e.getValue()))
        && allOf.entrySet().stream().allMatch(e -> hasAll(attributes, e.getKey(), e.getValue()));
  }

  /** Whether an attribute has one of some values, whatever their case. */
  static boolean hasAny(Map<String, List<String>> attributes, String name, List<String> wanted) {
    return values(attributes, name).stream().anyMatch(lower(wanted)::contains);
  }

  static boolean hasAll(Map<String, List<String>> attributes, String name, List<String> wanted) {
    return values(attributes, name).containsAll(lower(wanted));
  }

  /** How much of an amount a slot offers, in OpenJD's unit. */
  static double offered(String amount, Slot slot) {
    return switch (amount) {
      case "amount.worker.vcpu" -> slot.vcpus();
      case "amount.worker.memory" -> slot.memoryBytes() / MIB;
      case "amount.worker.gpu" -> slot.gpus();
      case "amount.worker.gpu.memory" -> slot.gpuMemoryBytes() / MIB;
      default -> 0;
    };
  }

  private static List<String> values(Map<String, List<String>> attributes, String name) {
    return lower(attributes.getOrDefault(name, List.of()));
  }

  private static List<String> lower(List<String> values) {
    return values.stream().map(value -> value.toLowerCase(Locale.ROOT)).toList();
  }
}
