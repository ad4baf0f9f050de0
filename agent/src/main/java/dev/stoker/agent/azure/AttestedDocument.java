package dev.stoker.agent.azure;

import dev.stoker.agent.lease.JoinProof;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Registration;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Azure's word for this machine: a document that its metadata service signs. Thread-safe. */
public final class AttestedDocument implements JoinProof {
  private static final Logger LOG = System.getLogger(AttestedDocument.class.getName());

  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final InstanceMetadata metadata;

  public AttestedDocument(InstanceMetadata metadata) {
    this.metadata = metadata;
  }

  @Override
  public Registration.@Nullable Attestation ask(ControllerClient controller)
      throws InterruptedException {
    Registration.Challenge challenge;
    try {
      challenge = controller.challenge();
    } catch (ControllerException e) {
      if (e.retryable()) {
        throw e;
      }
      return null; // it takes no such word, or is of an earlier release
    }
    try {
      String document = metadata.attestedDocument(challenge.nonce(), ANSWER);
      return new Registration.Attestation(challenge.challenge(), document);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "Azure does not vouch for this machine: {0}.", e.getMessage());
      return null;
    }
  }
}
