package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.NodeRow;
import dev.stoker.controller.store.QueueEvent;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.TokenRow;
import java.time.Duration;
import java.util.function.Consumer;

/** Decides within one change whether a machine may become a node of a name. */
final class Gate {
  /** Much longer than any challenge may be answered. */
  private static final Duration REMEMBERED = Duration.ofHours(1);

  private final Parts parts;
  private final QueueRows rows;
  private final Consumer<QueueEvent> events;

  Gate(Parts parts, QueueRows rows, Consumer<QueueEvent> events) {
    this.parts = parts;
    this.rows = rows;
    this.events = events;
  }

  /**
   * @throws Refusal when it may not
   */
  void admit(Admission admission, String nodeName) {
    if (admission.joinTokenId() != null) {
      bind(admission.joinTokenId(), nodeName);
    }
    rows.nodes().named(nodeName).ifPresent(earlier -> takeOver(earlier, admission));
    if (!admission.challenge().isEmpty()) {
      long now = parts.clocks().wallMillis();
      if (!rows.joining().use(admission.challenge(), now, now - REMEMBERED.toMillis())) {
        throw Refusal.fenced(
            "The attested document was used before; ask for a new challenge and a new document.");
      }
    }
  }

  /** A token for one node only belongs to the first that comes with it. */
  private void bind(String tokenId, String nodeName) {
    TokenRow token =
        rows.tokens()
            .find(tokenId)
            .filter(row -> row.isGood(parts.clocks().wallMillis()))
            .orElseThrow(
                () -> Refusal.forbidden("The join token is no longer good; ask for a new one."));
    if (!token.boundTo().isEmpty() && !token.boundTo().equals(nodeName)) {
      throw Refusal.forbidden(
          "The join token belongs to another node; ask for one of this node's own.");
    }
    if (token.single() && token.boundTo().isEmpty()) {
      TokenRow bound = token.boundTo(nodeName);
      rows.tokens().put(bound);
      events.accept(new QueueEvent.TokenChanged(bound));
    }
  }

  /**
   * The name of a machine that Azure vouched for is nobody else's while that machine is there, and
   * Azure's word alone takes no name that a token won.
   */
  private void takeOver(NodeRow earlier, Admission admission) {
    Member member = parts.roster().find(earlier.id());
    boolean isThere = member != null && !parts.roster().isLost(member);
    boolean another =
        earlier.vmId().isEmpty() ? !admission.byToken() : !earlier.vmId().equals(admission.vmId());
    if (isThere && another) {
      throw Refusal.fenced(
          "The node "
              + earlier.name()
              + " is another machine that is at work; give this one another name, or wait until"
              + " that one is lost.");
    }
  }
}
