package dev.stoker.controller.api;

import dev.stoker.controller.attest.AttestedMachines;
import dev.stoker.controller.attest.AttestedMachines.Machine;
import dev.stoker.controller.attest.Refused;
import dev.stoker.controller.dispatch.Admission;
import dev.stoker.controller.dispatch.Queue;
import dev.stoker.controller.http.Problem;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.protocol.Tokens.Role;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How machines become nodes: by a token, by Azure's word, or by a token that asks for that word.
 */
final class Joining {
  private final Queue queue;
  private final @Nullable AttestedMachines machines;

  /**
   * @param machines null where Azure's word counts for nothing
   */
  Joining(Queue queue, @Nullable AttestedMachines machines) {
    this.queue = queue;
    this.machines = machines;
  }

  /** What a machine has to ask Azure about. */
  Registration.Challenge challenge() {
    if (machines == null) {
      throw new Problem(
          403,
          "This controller takes no attested documents; give the node a join token, or set"
              + " 'join.azure' in the controller's stoker.yaml.");
    }
    return machines.challenge();
  }

  /** Who registers, beside what the caller showed. */
  record Joined(Registration.Response response, String who) {}

  Joined register(Caller caller, Registration.Request request) {
    Machine machine = machine(request.attestation());
    String tokenId = null;
    switch (caller) {
      case Caller.Anyone anyone -> {}
      case Caller.User user when user.role().mayDoWhat(Role.ADMIN) -> {}
      case Caller.User user ->
          throw new Problem(403, "Your role registers no nodes; ask an admin.");
      case Caller.Joiner joiner -> {
        tokenId = joiner.tokenId();
        if (!joiner.scaleSet().isEmpty()) {
          requireMember(machine, joiner.scaleSet());
        }
      }
      // A node that starts again may still send its old token.
      case Caller.Node node ->
          throw new Problem(403, "A node registers with the join token, not with its own.");
      case Caller.Stranger stranger -> {
        if (machine == null) {
          throw new Problem(
              401,
              "This controller asks for a token; give one with --token-file or STOKER_TOKEN, or"
                  + " register with an attested document.");
        }
        believe(
            known -> {
              known.admit(machine);
              return true;
            });
      }
    }
    boolean byToken = !(caller instanceof Caller.Stranger);
    var admission =
        machine == null
            ? new Admission(tokenId, byToken, "", "")
            : new Admission(tokenId, byToken, machine.vmId(), machine.challenge());
    String who = machine == null ? caller.label() : "azure machine " + machine.vmId();
    return new Joined(queue.nodes().register(request, admission), who);
  }

  /** Verified where it is given and counts for something. */
  private @Nullable Machine machine(Registration.@Nullable Attestation attestation) {
    if (attestation == null || machines == null) {
      return null;
    }
    if (attestation.challenge() == null || attestation.document() == null) {
      throw new Problem(400, "The attestation needs both its challenge and its document.");
    }
    return believe(known -> known.verify(attestation));
  }

  private void requireMember(@Nullable Machine machine, String scaleSet) {
    if (machine == null) {
      throw new Problem(
          403,
          "The join token is for machines of one scale set; the node must run in it, reach its"
              + " metadata service, and the controller must have 'join.azure'.");
    }
    believe(
        known -> {
          known.admit(machine, scaleSet);
          return true;
        });
  }

  private <T> T believe(Function<AttestedMachines, T> question) {
    if (machines == null) {
      throw new IllegalStateException("Nobody is believed here.");
    }
    try {
      return question.apply(machines);
    } catch (Refused e) {
      int status =
          switch (e.why()) {
            case FORGED -> 403;
            case STALE -> 409;
            case UNANSWERED -> 503;
          };
      throw new Problem(status, String.valueOf(e.getMessage()));
    }
  }
}
