package dev.stoker.controller.store;

import dev.stoker.controller.protocol.Registration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A node.
 *
 * @param number names it in this store; 0 before it is stored
 * @param id what it calls itself after registration
 * @param name unique among nodes
 * @param tokens its bearer tokens
 * @param sequence of its last lease request that won something, 0 after registration
 * @param draining whether it gets no new leases
 * @param registeredMillis milliseconds since 1970
 * @param vmId what Azure calls the machine, which vouched for it; empty where a token let it in
 * @param machine what it runs on, null where it did not say
 */
public record NodeRow(
    long number,
    String id,
    String name,
    String release,
    NodeTokens tokens,
    List<Registration.Slot> slots,
    Map<String, List<String>> attributes,
    long sequence,
    boolean draining,
    long registeredMillis,
    String vmId,
    Registration.@Nullable Machine machine) {
  public NodeRow {
    // A controller of an earlier release, on the same database, tells neither.
    tokens = tokens == null ? NodeTokens.NONE : tokens;
    vmId = vmId == null ? "" : vmId;
    slots = List.copyOf(slots);
    attributes = Map.copyOf(attributes);
  }
}
