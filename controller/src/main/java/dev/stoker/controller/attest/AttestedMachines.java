package dev.stoker.controller.attest;

import dev.stoker.controller.azure.AzureFailure;
import dev.stoker.controller.azure.ResourceManager;
import dev.stoker.controller.azure.ScaleSets;
import dev.stoker.controller.protocol.Registration;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Knows Azure's machines from strangers. Thread-safe. */
public final class AttestedMachines implements AutoCloseable {
  private final AzurePolicy policy;
  private final LongSupplier wallMillis;
  private final Challenges challenges;
  private final IssuerFetch issuers;
  private final Signers signers;
  private final ResourceManager manager;
  private final ScaleSets scaleSets;

  /**
   * @param secret shared by the controllers that may get each other's answers
   * @throws IllegalArgumentException when a file of certificates cannot be read
   */
  public AttestedMachines(AzurePolicy policy, String secret, LongSupplier wallMillis) {
    this.policy = policy;
    this.wallMillis = wallMillis;
    challenges = new Challenges(secret, wallMillis);
    List<X509Certificate> roots =
        policy.roots() == null ? Roots.azures() : Roots.read(policy.roots());
    List<X509Certificate> between =
        policy.intermediates() == null ? List.of() : Roots.read(policy.intermediates());
    issuers = new IssuerFetch(policy.issuerHosts());
    signers = new Signers(roots, between, issuers, wallMillis);
    manager =
        new ResourceManager(
            policy.resourceManager(), policy.metadata(), policy.clientId(), wallMillis);
    scaleSets = new ScaleSets(manager, System::nanoTime);
  }

  /**
   * A machine that Azure vouches for.
   *
   * @param challenge what its document answers, to be used up
   */
  public record Machine(String vmId, String subscriptionId, String challenge) {}

  /** A new challenge. */
  public Registration.Challenge challenge() {
    Challenges.Challenge made = challenges.issue();
    return new Registration.Challenge(made.text(), made.nonce(), Challenges.LIFE.toSeconds());
  }

  /**
   * The machine that an attested document is about.
   *
   * @throws Refused when Azure does not vouch for it, here and now
   */
  public Machine verify(Registration.Attestation attestation) {
    Challenges.Challenge challenge = challenges.check(attestation.challenge());
    SignedText signed = SignedText.read(attestation.document());
    signers.check(signed.signer(), signed.others());
    AttestedFacts facts = AttestedFacts.read(signed.text());
    facts.answers(challenge, wallMillis.getAsLong());
    return new Machine(facts.vmId(), facts.subscriptionId(), challenge.id());
  }

  /**
   * Whether a machine may join without a token.
   *
   * @throws Refused when it may not
   */
  public void admit(Machine machine) {
    if (policy.subscriptions().contains(machine.subscriptionId())) {
      return;
    }
    if (policy.scaleSets().isEmpty() || !belongs(machine, policy.scaleSets())) {
      throw Refused.forged(
          "The machine "
              + machine.vmId()
              + " of subscription "
              + machine.subscriptionId()
              + " is in none of the controller's 'join.azure' scale sets and subscriptions.");
    }
  }

  /**
   * Whether a machine may use a token of a scale set.
   *
   * @throws Refused when it may not
   */
  public void admit(Machine machine, String scaleSet) {
    if (!belongs(machine, List.of(scaleSet))) {
      throw Refused.forged(
          "The join token is for machines of "
              + scaleSet
              + ", and "
              + machine.vmId()
              + " is none of them.");
    }
  }

  private boolean belongs(Machine machine, List<String> sets) {
    String own = "/subscriptions/" + machine.subscriptionId() + "/";
    List<String> candidates =
        sets.stream().filter(set -> set.toLowerCase(Locale.ROOT).startsWith(own)).toList();
    try {
      return scaleSets.of(machine.vmId(), candidates).isPresent();
    } catch (AzureFailure e) {
      throw new Refused(Refused.Why.UNANSWERED, e.getMessage() + " The node asks again.");
    }
  }

  @Override
  public void close() {
    issuers.close();
    manager.close();
  }
}
