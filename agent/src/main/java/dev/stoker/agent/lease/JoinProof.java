package dev.stoker.agent.lease;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Registration;
import org.jspecify.annotations.Nullable;

/** What a machine shows beside its token when it registers; asked for anew each time it does. */
@FunctionalInterface
public interface JoinProof {
  /** Nothing. */
  JoinProof NONE = controller -> null;

  /**
   * Somebody's word for this machine, in answer to the controller's challenge; null where there is
   * none, or the controller wants none.
   *
   * @throws dev.stoker.controller.client.ControllerException when the controller does not say
   */
  Registration.@Nullable Attestation ask(ControllerClient controller) throws InterruptedException;
}
