package dev.stoker.controller.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/nodes}: a node says what it is; a node of the same name takes its earlier record
 * over.
 */
public final class Registration {
  /** As many as logical CPUs of the largest machine that is known, one for each. */
  public static final int MOST_SLOTS = 1_152;

  public static final int MOST_ATTRIBUTES = 50;

  private Registration() {}

  /**
   * @param name unique among nodes, usually the host name
   * @param release the agent's version
   * @param protocolOldest oldest protocol revision the agent speaks
   * @param protocolNewest newest protocol revision the agent speaks
   * @param slots what can run here at the same time
   * @param attributes OpenJD worker attributes, such as {@code attr.worker.os.family}
   * @param attestation Azure's word for the machine; null without
   * @param machine what it runs on, as far as it knows
   * @param topology the machine as {@code stoker topology --json} has it
   */
  public record Request(
      @Bounds(least = 1, most = Bounds.NAME, printable = true) String name,
      @Bounds(least = 1, most = Bounds.NAME, printable = true) String release,
      @Bounds(most = Protocol.NEWEST) int protocolOldest,
      @Bounds(least = Protocol.OLDEST) int protocolNewest,
      @Bounds(least = 1, most = MOST_SLOTS, unique = true) List<Slot> slots,
      @Bounds(most = MOST_ATTRIBUTES) Map<String, List<String>> attributes,
      @Nullable Attestation attestation,
      @Nullable Machine machine,
      @Nullable JsonNode topology) {
    public Request {
      slots = List.copyOf(slots);
      attributes =
          attributes.entrySet().stream()
              .collect(
                  Collectors.toUnmodifiableMap(
                      Map.Entry::getKey, each -> List.copyOf(each.getValue())));
    }

    /** With nobody's word, and nothing of its machine. */
    public Request(
        String name,
        String release,
        int protocolOldest,
        int protocolNewest,
        List<Slot> slots,
        Map<String, List<String>> attributes) {
      this(name, release, protocolOldest, protocolNewest, slots, attributes, null, null, null);
    }

    public Request with(@Nullable Attestation word) {
      return new Request(
          name,
          release,
          protocolOldest,
          protocolNewest,
          slots,
          attributes,
          word,
          machine,
          topology);
    }
  }

  /**
   * What Azure's metadata service says of a machine; each text is empty where it says nothing.
   *
   * @param vmSize such as {@code Standard_HB120rs_v3}
   * @param location the region
   * @param zone of the region
   * @param scaleSet that it belongs to
   * @param spot whether Azure may take it away
   */
  public record Machine(
      @Bounds(least = 0, most = Bounds.NAME, printable = true, optional = true) String vmSize,
      @Bounds(least = 0, most = Bounds.NAME, printable = true, optional = true) String location,
      @Bounds(least = 0, most = Bounds.NAME, printable = true, optional = true) String zone,
      @Bounds(least = 0, most = Bounds.NAME, printable = true, optional = true) String scaleSet,
      boolean spot) {
    public Machine {
      vmSize = vmSize == null ? "" : vmSize;
      location = location == null ? "" : location;
      zone = zone == null ? "" : zone;
      scaleSet = scaleSet == null ? "" : scaleSet;
    }
  }

  /**
   * {@code POST /v1/challenges}: what a machine has to ask Azure about.
   *
   * @param challenge to be sent back with the document
   * @param nonce ten digits, to be in the document
   * @param validSeconds how long it may be answered
   */
  public record Challenge(String challenge, String nonce, long validSeconds) {}

  /**
   * @param challenge as it was given
   * @param document what the metadata service calls {@code signature}: PKCS#7 in Base64
   */
  public record Attestation(String challenge, String document) {}

  /**
   * @param id names the slot within its node
   * @param vcpus logical CPUs bound to it
   * @param memoryBytes memory set aside for it
   * @param gpus GPUs bound to it
   * @param gpuMemoryBytes memory of the smallest of them; 0 without one
   */
  public record Slot(
      @Bounds(least = 1, most = Bounds.NAME, printable = true) String id,
      @Bounds(least = 1, most = MOST_SLOTS) int vcpus,
      @Bounds(least = 0) long memoryBytes,
      @Bounds(least = 0, most = MOST_SLOTS) int gpus,
      @Bounds(least = 0) long gpuMemoryBytes) {}

  /**
   * @param nodeId names the node in all later calls
   * @param nodeToken bearer token of the node's later calls
   * @param protocol the revision to speak
   * @param validSeconds how long the token is good; 0 from a controller whose tokens do not end
   */
  public record Response(String nodeId, String nodeToken, int protocol, long validSeconds) {}

  /**
   * {@code POST /v1/nodes/{id}/token}: a new token; the one that was shown stays good until its
   * end.
   *
   * @param validSeconds how long the new one is good
   */
  public record Renewed(String nodeToken, long validSeconds) {
    @Override
    public String toString() {
      return "Renewed[hidden]";
    }
  }
}
