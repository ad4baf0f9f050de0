package dev.stoker.controller.attest;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and signed documents like those of Azure's metadata service, of an authority of our
 * own.
 */
public final class TestAuthority {
  private static final AtomicLong SERIALS = new AtomicLong(1);

  /** A certificate and its key. */
  public record Identity(X509Certificate certificate, KeyPair keys) {}

  public final Identity root;

  public TestAuthority(String name) {
    KeyPair keys = keys();
    root = new Identity(certificate("CN=" + name, List.of(), keys, null, true, null, 0), keys);
  }

  /** An authority below another. */
  public static Identity intermediate(Identity issuer, @Nullable String issuersAddress) {
    KeyPair keys = keys();
    return new Identity(
        certificate("CN=Issuing", List.of(), keys, issuer, true, issuersAddress, 0), keys);
  }

  /**
   * One who signs documents.
   *
   * @param issuersAddress where its issuer's certificate is to be had; null for nowhere
   * @param startsInDays when it begins to be valid, for 30 days
   */
  public static Identity signer(
      Identity issuer,
      String commonName,
      List<String> hosts,
      @Nullable String issuersAddress,
      int startsInDays) {
    KeyPair keys = keys();
    return new Identity(
        certificate("CN=" + commonName, hosts, keys, issuer, false, issuersAddress, startsInDays),
        keys);
  }

  /** Signs a text as the metadata service does. */
  public static String sign(
      String text, Identity signer, String algorithm, X509Certificate... included) {
    try {
      var generator = new CMSSignedDataGenerator();
      var content = new JcaContentSignerBuilder(algorithm).build(signer.keys().getPrivate());
      generator.addSignerInfoGenerator(
          new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
              .build(content, signer.certificate()));
      generator.addCertificates(new JcaCertStore(List.of(included)));
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return Base64.getEncoder()
          .encodeToString(
              generator.generate(new CMSProcessableByteArray(bytes), true).getEncoded());
    } catch (GeneralSecurityException | OperatorCreationException | CMSException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes certificates as PEM. */
  public static Path pem(Path file, Identity... whose) throws IOException {
    var encoder = Base64.getMimeEncoder(64, new byte[] {'\n'});
    return Files.writeString(
        file,
        String.join(
            "",
            Stream.of(whose)
                .map(
                    each ->
                        "-----BEGIN CERTIFICATE-----\n"
                            + encoder.encodeToString(der(each))
                            + "\n-----END CERTIFICATE-----\n")
                .toList()));
  }

  public static byte[] der(Identity whose) {
    try {
      return whose.certificate().getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate certificate(
      String subject,
      List<String> hosts,
      KeyPair keys,
      @Nullable Identity issuer,
      boolean authority,
      @Nullable String issuersAddress,
      int startsInDays) {
    try {
      Instant start = Instant.now().minus(1, ChronoUnit.DAYS).plus(startsInDays, ChronoUnit.DAYS);
      X500Name issuerName =
          issuer == null
              ? new X500Name(subject)
              : X500Name.getInstance(issuer.certificate().getSubjectX500Principal().getEncoded());
      var builder =
          new JcaX509v3CertificateBuilder(
              issuerName,
              BigInteger.valueOf(SERIALS.incrementAndGet()),
              Date.from(start),
              Date.from(start.plus(30, ChronoUnit.DAYS)),
              new X500Name(subject),
              keys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (!hosts.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                hosts.stream()
                    .map(host -> new GeneralName(GeneralName.dNSName, host))
                    .toArray(GeneralName[]::new)));
      }
      if (issuersAddress != null) {
        builder.addExtension(
            Extension.authorityInfoAccess,
            false,
            new AuthorityInformationAccess(
                new AccessDescription(
                    AccessDescription.id_ad_caIssuers,
                    new GeneralName(GeneralName.uniformResourceIdentifier, issuersAddress))));
      }
      var signing = issuer == null ? keys : issuer.keys();
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(signing.getPrivate())));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
