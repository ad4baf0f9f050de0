package dev.stoker.controller.api;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;

/** Reads a certificate and its key from PKCS#12 or PEM. */
final class TlsFile {
  private static final Pattern PEM_KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");
  private static final Pattern PEM_CERTIFICATE =
      Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----");

  private TlsFile() {}

  /**
   * @throws StartException when the file holds no usable certificate and key
   */
  static SslContext read(ControllerSettings.Tls tls) {
    try {
      byte[] content = Files.readAllBytes(tls.file());
      String text = new String(content, StandardCharsets.ISO_8859_1);
      char[] password = tls.password().toCharArray();
      KeyStore store = KeyStore.getInstance("PKCS12");
      if (text.contains("-----BEGIN ")) {
        store.load(null, null);
        store.setKeyEntry("controller", key(text), password, chain(text));
      } else {
        store.load(new ByteArrayInputStream(content), password);
      }
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, password);
      return SslContextBuilder.forServer(keys)
          .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .build();
    } catch (IOException | GeneralSecurityException e) {
      throw new StartException(
          "Cannot use the certificate in "
              + tls.file()
              + ": "
              + e.getMessage()
              + "; give a PKCS#12 store with its password, or a PEM file with the certificate chain"
              + " and a PKCS#8 key.",
          e);
    }
  }

  private static Certificate[] chain(String text) throws GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<String> blocks = PEM_CERTIFICATE.matcher(text).results().map(r -> r.group()).toList();
    if (blocks.isEmpty()) {
      throw new GeneralSecurityException("it has no certificate");
    }
    Certificate[] chain = new Certificate[blocks.size()];
    for (int i = 0; i < chain.length; i++) {
      byte[] block = blocks.get(i).getBytes(StandardCharsets.ISO_8859_1);
      chain[i] = factory.generateCertificate(new ByteArrayInputStream(block));
    }
    return chain;
  }

  private static PrivateKey key(String text) throws GeneralSecurityException {
    Matcher matcher = PEM_KEY.matcher(text);
    if (!matcher.find()) {
      throw new GeneralSecurityException("it has no unencrypted PKCS#8 private key");
    }
    var spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1)));
    for (String algorithm : List.of("EC", "RSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        // The key is of the other kind.
      }
    }
    throw new GeneralSecurityException("its key is neither EC nor RSA");
  }
}
