package dev.stoker.agent.observe;

import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.io.daemon.CacheReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent does at a moment.
 *
 * @param name the node's
 * @param release Stoker's version
 * @param registered whether the controller knows it
 * @param takesWork whether it asks for tasks
 * @param problem why it takes none, a clause; null where nothing is wrong
 * @param cache null when the I/O process does not answer
 */
public record NodeView(
    String name,
    String release,
    boolean registered,
    boolean takesWork,
    @Nullable String problem,
    List<SlotView> slots,
    List<Held> leases,
    @Nullable CacheReport cache) {
  public NodeView {
    slots = List.copyOf(slots);
    leases = List.copyOf(leases);
  }

  /**
   * A part of the node.
   *
   * @param cpus a Linux list
   * @param gpus UUIDs, or PCI addresses
   */
  public record SlotView(String id, String cpus, List<String> gpus, long memoryBytes) {
    public SlotView {
      gpus = List.copyOf(gpus);
    }
  }

  /** A lease and how far its attempt is. */
  public record Held(Leasing.Lease lease, Heartbeat.Held report) {}
}
