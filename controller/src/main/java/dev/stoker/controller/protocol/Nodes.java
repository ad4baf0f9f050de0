package dev.stoker.controller.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What people and their tools ask about nodes. */
public final class Nodes {
  /** The attribute by which a node says whether jobs read through its mount. */
  public static final String ASSETS_ATTRIBUTE = "attr.stoker.assets";

  private Nodes() {}

  /** {@code GET /v1/nodes}. */
  public record Page(List<Node> nodes) {
    public Page {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * @param state {@code ready}, {@code draining} or {@code lost}
   * @param leases how many leases it holds
   * @param problem why it takes no work by its own word, a clause; null when it is well
   * @param assets {@code mount} where jobs read through the node's mount, another word where not;
   *     empty where its agent does not say
   */
  public record Node(
      String nodeId,
      String name,
      String release,
      String state,
      List<Registration.Slot> slots,
      int leases,
      @Nullable String problem,
      String assets) {
    public Node {
      assets = assets == null ? "" : assets;
      slots = List.copyOf(slots);
    }
  }
}
