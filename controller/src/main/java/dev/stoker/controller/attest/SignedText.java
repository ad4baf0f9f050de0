package dev.stoker.controller.attest;

import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessable;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSVerifierCertificateNotValidException;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;

/**
 * A PKCS#7 signed document whose signature holds, by whomever.
 *
 * @param text what was signed
 * @param signer whose key signed it
 * @param others further certificates that came along, believed nothing
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record SignedText(byte[] text, X509Certificate signer, List<X509Certificate> others) {
  /** Azure's have 4 KiB; with a chain twice that. */
  private static final int LONGEST_BASE64 = 64 << 10;

  private static final int MOST_CERTIFICATES = 8;

  /** What is not broken. */
  private static final Set<ASN1ObjectIdentifier> DIGESTS =
      Set.of(
          NISTObjectIdentifiers.id_sha256,
          NISTObjectIdentifiers.id_sha384,
          NISTObjectIdentifiers.id_sha512);

  SignedText {
    others = List.copyOf(others);
  }

  /**
   * Reads a document and verifies its signature with the certificate that it brings.
   *
   * @param base64 DER in Base64
   * @throws Refused when it is none, or not signed by that certificate's key
   */
  static SignedText read(String base64) {
    if (base64.length() > LONGEST_BASE64) {
      throw Refused.forged(
          "The attested document has more than " + LONGEST_BASE64 + " characters.");
    }
    try {
      CMSSignedData signed = new CMSSignedData(Base64.getDecoder().decode(base64.strip()));
      Collection<SignerInformation> signers = signed.getSignerInfos().getSigners();
      Collection<X509CertificateHolder> certificates = signed.getCertificates().getMatches(null);
      if (signers.size() != 1 || certificates.size() > MOST_CERTIFICATES) {
        throw Refused.forged("The attested document must have one signer and few certificates.");
      }
      SignerInformation signer = signers.iterator().next();
      if (!DIGESTS.contains(new ASN1ObjectIdentifier(signer.getDigestAlgOID()))) {
        throw Refused.forged("The attested document is signed with a digest older than SHA-256.");
      }
      X509CertificateHolder own =
          certificates.stream()
              .filter(signer.getSID()::match)
              .findFirst()
              .orElseThrow(
                  () -> Refused.forged("The attested document lacks its signer's certificate."));
      verify(signer, own);
      return new SignedText(content(signed), java(own), others(certificates, own));
    } catch (Refused e) {
      throw e;
    } catch (CMSException | CertificateException | IOException | RuntimeException e) {
      // The parser throws whatever comes to it when DER is not what it should be.
      throw Refused.forged("The attested document is no PKCS#7 signed data in Base64.");
    }
  }

  private static void verify(SignerInformation signer, X509CertificateHolder own)
      throws CertificateException {
    try {
      if (signer.verify(new JcaSimpleSignerInfoVerifierBuilder().build(own))) {
        return;
      }
    } catch (CMSVerifierCertificateNotValidException e) {
      throw Refused.forged("The certificate that signs the attested document is not valid now.");
    } catch (CMSException | OperatorCreationException e) {
      // The digest is another, or the key is of another kind.
    }
    throw Refused.forged("The signature of the attested document does not hold.");
  }

  private static byte[] content(CMSSignedData signed) throws IOException {
    CMSProcessable content = signed.getSignedContent();
    if (content == null || !(content.getContent() instanceof byte[] bytes)) {
      throw new IOException("nothing is signed");
    }
    return bytes;
  }

  private static List<X509Certificate> others(
      Collection<X509CertificateHolder> all, X509CertificateHolder own)
      throws CertificateException {
    List<X509Certificate> others = new ArrayList<>();
    for (X509CertificateHolder each : all) {
      if (!each.equals(own)) {
        others.add(java(each));
      }
    }
    return others;
  }

  private static X509Certificate java(X509CertificateHolder holder) throws CertificateException {
    return new JcaX509CertificateConverter().getCertificate(holder);
  }
}
