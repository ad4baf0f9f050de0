package dev.stoker.agent.cli;

import dev.stoker.agent.config.ConfigFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whose certificates count when the controller is called. */
final class Trust {
  private Trust() {}

  /**
   * Those of {@code SSL_CERT_FILE} (PEM), as for origins; null for those that Java trusts.
   *
   * @throws ConfigFailure when the file holds none
   */
  static @Nullable SSLContext of(Map<String, String> environment) {
    String file = environment.get("SSL_CERT_FILE");
    if (file == null || file.isBlank()) {
      return null;
    }
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      int count = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca" + count, each);
        count++;
      }
      if (count == 0) {
        throw new IOException("it has no certificate");
      }
      var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new ConfigFailure(
          "Cannot read certificates from SSL_CERT_FILE %s: %s.".formatted(file, e.getMessage()));
    }
  }
}
