package dev.stoker.agent.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What {@code slots} says: a number or a word, or a list of slots.
 *
 * @param rule {@code 4}, {@code per-gpu}; null where {@code parts} say it
 */
public record SlotsEntry(@Nullable String rule, List<Part> parts) {
  private static final Set<String> KEYS =
      new TreeSet<>(Set.of("cpus", "vcpus", "memory", "gpus", "gpuMemory", "count"));

  public SlotsEntry {
    parts = List.copyOf(parts);
  }

  /**
   * One slot, or several alike; null where the file says nothing.
   *
   * @param cpus a Linux list
   * @param gpus UUIDs, PCI addresses or positions
   * @param gpuCount where {@code gpus} is a number in the file
   * @param memory as {@link ByteSize}, like {@code gpuMemory}
   */
  public record Part(
      @Nullable String cpus,
      @Nullable Integer vcpus,
      @Nullable String memory,
      @Nullable List<String> gpus,
      @Nullable Integer gpuCount,
      @Nullable String gpuMemory,
      @Nullable Integer count) {}

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static SlotsEntry of(Object value) {
    if (value instanceof List<?> list && !list.isEmpty()) {
      List<Part> parts = new ArrayList<>();
      list.forEach(entry -> parts.add(part(entry)));
      return new SlotsEntry(null, parts);
    }
    if (value instanceof String || value instanceof Integer) {
      return new SlotsEntry(value.toString(), List.of());
    }
    throw new IllegalArgumentException(
        "it must be a whole number, auto, per-gpu, per-numa, per-l3 or a list of slots");
  }

  private static Part part(@Nullable Object entry) {
    if (!(entry instanceof Map<?, ?> keys)) {
      throw new IllegalArgumentException("each slot of the list must be a group of keys");
    }
    for (Object key : keys.keySet()) {
      if (!KEYS.contains(String.valueOf(key))) {
        throw new IllegalArgumentException(
            "unknown key '%s' of a slot; allowed are %s".formatted(key, String.join(", ", KEYS)));
      }
    }
    Object gpus = keys.get("gpus");
    return new Part(
        text(keys, "cpus"),
        number(keys, "vcpus"),
        text(keys, "memory"),
        gpus instanceof List<?> names ? names.stream().map(String::valueOf).toList() : null,
        gpus instanceof List<?> ? null : number(keys, "gpus"),
        text(keys, "gpuMemory"),
        number(keys, "count"));
  }

  private static @Nullable String text(Map<?, ?> keys, String key) {
    Object value = keys.get(key);
    return value == null ? null : value.toString();
  }

  private static @Nullable Integer number(Map<?, ?> keys, String key) {
    Object value = keys.get(key);
    if (value == null) {
      return null;
    }
    if (value instanceof Integer number && number >= 0) {
      return number;
    }
    throw new IllegalArgumentException("'%s' of a slot must be a whole number".formatted(key));
  }
}
