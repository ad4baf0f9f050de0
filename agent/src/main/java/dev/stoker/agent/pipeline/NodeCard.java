package dev.stoker.agent.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.agent.node.Gpu;
import dev.stoker.agent.node.Slot;
import dev.stoker.agent.observe.NodeView;
import dev.stoker.controller.protocol.Nodes;
import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.protocol.Registration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a node says of itself when it registers. Pure. */
final class NodeCard {
  private NodeCard() {}

  /**
   * @param assets how inputs are got at: {@code mount} or {@code stage}
   * @param topology the machine, for people who look at it
   */
  static Registration.Request of(
      AgentSettings settings, List<Slot> slots, String assets, @Nullable JsonNode topology) {
    Map<String, List<String>> attributes = new HashMap<>();
    attributes.put("attr.worker.os.family", List.of("linux"));
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    attributes.put("attr.worker.cpu.arch", List.of(arch.equals("aarch64") ? "arm64" : "x86_64"));
    attributes.put(Nodes.ASSETS_ATTRIBUTE, List.of(assets));
    attributes.putAll(settings.attributes());
    return new Registration.Request(
        settings.name(),
        settings.release(),
        Protocol.OLDEST,
        Protocol.NEWEST,
        slots.stream()
            .map(
                slot ->
                    new Registration.Slot(
                        slot.id(),
                        slot.cpus().size(),
                        slot.memoryBytes(),
                        slot.gpus().size(),
                        slot.gpuMemoryBytes()))
            .toList(),
        attributes,
        null, // whoever registers adds Azure's word
        machine(settings.machine()),
        topology);
  }

  /** What the metadata service said, in its own words; null where it said nothing. */
  private static Registration.@Nullable Machine machine(Map<String, String> vm) {
    return vm.isEmpty()
        ? null
        : new Registration.Machine(
            vm.getOrDefault("vmSize", ""),
            vm.getOrDefault("location", ""),
            vm.getOrDefault("zone", ""),
            vm.getOrDefault("vmScaleSetName", ""),
            vm.getOrDefault("priority", "").equalsIgnoreCase("Spot"));
  }

  /** A slot for people. */
  static NodeView.SlotView shown(Slot slot) {
    return new NodeView.SlotView(
        slot.id(),
        slot.cpus().toString(),
        slot.gpus().stream().map(Gpu::id).toList(),
        slot.memoryBytes());
  }
}
