package dev.stoker.controller.attest;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Believes a signer whose certificate bears an Azure name and leads to a root. What is between the
 * two comes with the document, from the configuration, or from where the certificates themselves
 * say (RFC 5280, authority information access). Revocation is not asked about. Thread-safe.
 */
final class Signers {
  /** Azure's chains have one certificate between signer and root, or two. */
  private static final int MOST_BETWEEN = 3;

  private final Set<TrustAnchor> roots;
  private final List<X509Certificate> known;
  private final IssuerFetch fetch;
  private final LongSupplier wallMillis;

  Signers(
      Collection<X509Certificate> roots,
      List<X509Certificate> intermediates,
      IssuerFetch fetch,
      LongSupplier wallMillis) {
    this.roots =
        roots.stream()
            .map(root -> new TrustAnchor(root, null))
            .collect(Collectors.toUnmodifiableSet());
    known = List.copyOf(intermediates);
    this.fetch = fetch;
    this.wallMillis = wallMillis;
  }

  /**
   * @param others what came with the document
   * @throws Refused when the signer is not Azure's
   */
  void check(X509Certificate signer, List<X509Certificate> others) {
    if (!AzureNames.has(signer)) {
      throw Refused.forged(
          "The attested document is signed by "
              + signer.getSubjectX500Principal().getName()
              + ", which is no name of Azure's metadata service.");
    }
    List<X509Certificate> between = new ArrayList<>(known);
    between.addAll(others);
    X509Certificate last = signer;
    for (int steps = 0; !leadsToARoot(signer, between); steps++) {
      Optional<X509Certificate> issuer =
          steps < MOST_BETWEEN ? fetch.issuerOf(last) : Optional.empty();
      if (issuer.isEmpty()) {
        throw Refused.forged(
            "The certificate that signs the attested document, issued by "
                + signer.getIssuerX500Principal().getName()
                + ", leads to no root that is trusted, or is not valid now; name its issuers in"
                + " 'join.azure.intermediates' or 'join.azure.roots'.");
      }
      last = issuer.get();
      between.add(last);
    }
  }

  private boolean leadsToARoot(X509Certificate signer, List<X509Certificate> between) {
    try {
      var target = new X509CertSelector();
      target.setCertificate(signer);
      var parameters = new PKIXBuilderParameters(roots, target);
      parameters.setRevocationEnabled(false);
      parameters.setMaxPathLength(MOST_BETWEEN);
      parameters.setDate(Date.from(Instant.ofEpochMilli(wallMillis.getAsLong())));
      List<X509Certificate> all = new ArrayList<>(between);
      all.add(signer);
      parameters.addCertStore(
          CertStore.getInstance("Collection", new CollectionCertStoreParameters(all)));
      var _ = CertPathBuilder.getInstance("PKIX").build(parameters);
      return true;
    } catch (CertPathBuilderException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java builds certificate paths.", e);
    }
  }
}
