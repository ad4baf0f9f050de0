package dev.stoker.controller.protocol;

import java.util.List;
import java.util.Map;

/**
 * {@code POST /v1/nodes}: a node says what it is; a node of the same name takes its earlier record
 * over.
 */
public final class Registration {
  private Registration() {}

  /**
   * @param name unique among nodes, usually the host name
   * @param release the agent's version
   * @param protocolOldest oldest protocol revision the agent speaks
   * @param protocolNewest newest protocol revision the agent speaks
   * @param slots what can run here at the same time
   * @param attributes OpenJD worker attributes, such as {@code attr.worker.os.family}
   */
  public record Request(
      String name,
      String release,
      int protocolOldest,
      int protocolNewest,
      List<Slot> slots,
      Map<String, List<String>> attributes) {
    public Request {
      slots = List.copyOf(slots);
      attributes = Map.copyOf(attributes);
    }
  }

  /**
   * @param id names the slot within its node
   * @param vcpus logical CPUs bound to it
   * @param memoryBytes memory set aside for it
   * @param gpus GPUs bound to it
   * @param gpuMemoryBytes memory of the smallest of them; 0 without one
   */
  public record Slot(String id, int vcpus, long memoryBytes, int gpus, long gpuMemoryBytes) {}

  /**
   * @param nodeId names the node in all later calls
   * @param nodeToken bearer token of the node's later calls
   * @param protocol the revision to speak
   */
  public record Response(String nodeId, String nodeToken, int protocol) {}
}
