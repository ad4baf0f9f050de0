package dev.stoker.agent.node.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.stoker.agent.node.Gpu;
import dev.stoker.agent.node.Host;
import dev.stoker.agent.node.Slot;
import dev.stoker.agent.node.SlotLayout;
import dev.stoker.agent.node.SlotRule;
import dev.stoker.agent.node.Topology;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code stoker topology --json} prints. Sets of CPUs are Linux lists such as {@code 0-3,8}.
 * Fields are added, never changed: scripts read it.
 *
 * @param slotsProblem why there are no slots, or null
 * @param vm what Azure says of this machine, or null
 * @param assets how sessions get at their inputs here; null where no I/O process says
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record TopologyDocument(
    Cpus cpus,
    List<PackageEntry> packages,
    List<NodeEntry> numaNodes,
    List<CacheEntry> l3,
    List<CoreEntry> cores,
    List<GpuEntry> gpus,
    List<SlotEntry> slots,
    @Nullable String slotsProblem,
    long memoryBytes,
    Host host,
    @Nullable Map<String, String> vm,
    @Nullable AssetsEntry assets) {

  /**
   * @param how {@code mount} or {@code stage}
   * @param detail where they are mounted, or why they are staged
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record AssetsEntry(String how, String detail) {}

  /**
   * @param quota CPUs' worth of time that control groups grant, or null
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Cpus(String online, String allowed, @Nullable Double quota) {}

  /** A socket. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record PackageEntry(int id, String cpus) {}

  /** A NUMA node. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record NodeEntry(int id, String cpus, long memoryBytes, boolean allowed) {}

  /** A level 3 cache. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record CacheEntry(String cpus, long bytes) {}

  /**
   * @param packageId named {@code package} in the document
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record CoreEntry(
      @com.fasterxml.jackson.annotation.JsonProperty("package") int packageId,
      String cpus,
      @Nullable String kind) {}

  /** A GPU. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record GpuEntry(
      @Nullable String uuid,
      @Nullable String name,
      String vendor,
      String pciAddress,
      long memoryBytes,
      int numaNode,
      String localCpus,
      List<String> devices,
      List<Gpu.Mig> mig,
      Gpu.@Nullable Health health) {}

  /**
   * @param gpus UUIDs, or PCI addresses where no driver gives one
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record SlotEntry(
      String id, String cpus, List<String> gpus, long memoryBytes, List<Integer> numaNodes) {}

  /** Describes a machine, and how {@code rule} cuts it. */
  public static TopologyDocument of(
      Topology machine,
      Host host,
      SlotRule rule,
      SlotLayout.Reserve reserve,
      @Nullable Map<String, String> vm,
      @Nullable AssetsEntry assets) {
    List<Slot> slots = List.of();
    String problem = null;
    try {
      slots = SlotLayout.plan(machine, rule, reserve);
    } catch (IllegalArgumentException e) {
      problem = e.getMessage();
    }
    double quota = machine.cpuQuota();
    return new TopologyDocument(
        new Cpus(
            machine.online().toString(),
            machine.allowed().toString(),
            Double.isInfinite(quota) ? null : quota),
        machine.packages().stream()
            .map(one -> new PackageEntry(one.id(), one.cpus().toString()))
            .toList(),
        machine.numaNodes().stream()
            .map(
                one ->
                    new NodeEntry(
                        one.id(), one.cpus().toString(), one.memoryBytes(), one.allowed()))
            .toList(),
        machine.caches().stream()
            .map(one -> new CacheEntry(one.cpus().toString(), one.bytes()))
            .toList(),
        machine.cores().stream()
            .map(one -> new CoreEntry(one.packageId(), one.cpus().toString(), one.kind()))
            .toList(),
        machine.gpus().stream().map(TopologyDocument::entry).toList(),
        slots.stream().map(TopologyDocument::entry).toList(),
        problem,
        machine.memoryBytes(),
        host,
        vm,
        assets);
  }

  private static GpuEntry entry(Gpu gpu) {
    return new GpuEntry(
        gpu.uuid(),
        gpu.name(),
        gpu.vendor().name().toLowerCase(Locale.ROOT),
        gpu.pciAddress(),
        gpu.memoryBytes(),
        gpu.numaNode(),
        gpu.localCpus().toString(),
        gpu.devices(),
        gpu.mig(),
        gpu.health());
  }

  private static SlotEntry entry(Slot slot) {
    return new SlotEntry(
        slot.id(),
        slot.cpus().toString(),
        slot.gpus().stream().map(Gpu::id).toList(),
        slot.memoryBytes(),
        slot.numaNodes());
  }
}
