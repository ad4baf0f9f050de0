package dev.stoker.controller.attest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** The certificates where Azure's chains end, and files of others. */
final class Roots {
  /**
   * SHA-256 of Azure's roots (learn.microsoft.com/azure/security/fundamentals/azure-ca-details):
   * DigiCert Global Root CA, G2 and G3, DigiCert TLS ECC P384 and RSA4096 Root G5, Microsoft ECC
   * and RSA Root Certificate Authority 2017. The certificates themselves are Java's.
   */
  private static final Set<String> AZURES =
      Set.of(
          "4348a0e9444c78cb265e058d5e8944b4d84f9662bd26db257f8934a443c70161",
          "cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f",
          "31ad6648f8104138c738f39ea4320133393e3a18cc02296ef97c2ac9ef6731d0",
          "018e13f0772532cf809bd1b17281867283fc48c6e13be9c69812854a490c1b05",
          "371a00dc0533b3721a7eeb40e8419e70799d2b0a0f2c1d80693165f7cec4ad75",
          "358df39d764af9e1b766e9c972df352ee15cfac227af6ad1d70e8e4a6edcba02",
          "c741f70f4b2a8d88bf2e71c14122ef53ef10eba0cfa5e64cfa20f418853073e0");

  private Roots() {}

  /** Those of Azure's roots that this Java trusts. */
  static List<X509Certificate> azures() {
    try {
      var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init((KeyStore) null);
      List<X509Certificate> found = new ArrayList<>();
      for (var manager : managers.getTrustManagers()) {
        if (manager instanceof X509TrustManager known) {
          for (X509Certificate each : known.getAcceptedIssuers()) {
            if (AZURES.contains(fingerprint(each))) {
              found.add(each);
            }
          }
        }
      }
      return found;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Java's own certificates cannot be read.", e);
    }
  }

  private static String fingerprint(X509Certificate certificate) throws GeneralSecurityException {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
  }

  /**
   * All certificates of a file, PEM or DER.
   *
   * @throws IllegalArgumentException when it has none
   */
  static List<X509Certificate> read(Path file) {
    try {
      var in = new ByteArrayInputStream(Files.readAllBytes(file));
      X509Certificate[] all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(in)
              .toArray(X509Certificate[]::new);
      if (all.length > 0) {
        return Arrays.asList(all);
      }
    } catch (CertificateException | IOException e) {
      throw new IllegalArgumentException(
          "Cannot read certificates from " + file + ": " + e.getMessage() + ".", e);
    }
    throw new IllegalArgumentException("The file " + file + " has no certificate.");
  }
}
