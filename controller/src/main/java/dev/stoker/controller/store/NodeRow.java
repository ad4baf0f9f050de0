package dev.stoker.controller.store;

import dev.stoker.controller.protocol.Registration;
import java.util.List;
import java.util.Map;

/**
 * A node.
 *
 * @param number names it in this store; 0 before it is stored
 * @param id what it calls itself after registration
 * @param name unique among nodes
 * @param tokenHash hash of its bearer token
 * @param sequence of its last lease request that won something, 0 after registration
 * @param draining whether it gets no new leases
 * @param registeredMillis milliseconds since 1970
 */
public record NodeRow(
    long number,
    String id,
    String name,
    String release,
    String tokenHash,
    List<Registration.Slot> slots,
    Map<String, List<String>> attributes,
    long sequence,
    boolean draining,
    long registeredMillis) {
  public NodeRow {
    slots = List.copyOf(slots);
    attributes = Map.copyOf(attributes);
  }
}
