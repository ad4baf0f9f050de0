package dev.stoker.controller.attest;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/**
 * Whether a certificate bears the name of a metadata service: of the public cloud, Azure
 * Government, China or Germany, or of any part of it such as {@code eastus.metadata.azure.com}
 * (learn.microsoft.com/azure/virtual-machines/instance-metadata-service#signature-validation-guidance).
 */
final class AzureNames {
  private static final List<String> DOMAINS =
      List.of(
          "metadata.azure.com",
          "metadata.azure.us",
          "metadata.azure.cn",
          "metadata.microsoftazure.de");

  /** Of an alternative name that is a host's (RFC 5280, GeneralName). */
  private static final int DNS = 2;

  private AzureNames() {}

  /** By its alternative names; by its common name only where it has none. */
  static boolean has(X509Certificate certificate) {
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        return alternatives.stream()
            .filter(name -> Integer.valueOf(DNS).equals(name.getFirst()))
            .anyMatch(name -> isAzures(String.valueOf(name.getLast())));
      }
    } catch (CertificateParsingException e) {
      return false;
    }
    X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    RDN[] names = subject.getRDNs(BCStyle.CN);
    return names.length == 1 && isAzures(IETFUtils.valueToString(names[0].getFirst().getValue()));
  }

  private static boolean isAzures(String name) {
    String host = name.toLowerCase(Locale.ROOT);
    return DOMAINS.stream().anyMatch(domain -> host.equals(domain) || host.endsWith("." + domain));
  }
}
