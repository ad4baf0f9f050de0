package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A controller with a certificate. */
class TlsTest {
  private static final String PASSWORD = "changeit";
  private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, new byte[] {'\n'});

  @TempDir Path folder;
  private Path pkcs12;
  private KeyStore keys;

  @BeforeEach
  void makeCertificate() throws Exception {
    pkcs12 = folder.resolve("controller.p12");
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "san=ip:127.0.0.1",
                    "-storetype",
                    "PKCS12",
                    "-alias",
                    "a",
                    "-keystore",
                    pkcs12.toString(),
                    "-storepass",
                    PASSWORD))
            .inheritIO()
            .start();
    assertTrue(keytool.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, keytool.exitValue());
    keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(pkcs12)) {
      keys.load(in, PASSWORD.toCharArray());
    }
  }

  @Test
  void aControllerServesACertificateFromPkcs12() throws Exception {
    assertAnswers(new ControllerSettings.Tls(pkcs12, PASSWORD));
  }

  @Test
  void aControllerServesACertificateFromPem() throws Exception {
    Path pem = folder.resolve("controller.pem");
    byte[] key = keys.getKey("a", PASSWORD.toCharArray()).getEncoded();
    byte[] certificate = keys.getCertificate("a").getEncoded();
    Files.writeString(pem, block("CERTIFICATE", certificate) + block("PRIVATE KEY", key));
    assertAnswers(new ControllerSettings.Tls(pem, ""));
  }

  @Test
  void aFileWithoutACertificateIsRefusedByName() throws Exception {
    Path nothing = Files.writeString(folder.resolve("empty.pem"), "-----BEGIN NOTHING-----");
    var tls = new ControllerSettings.Tls(nothing, "");
    var refused = assertThrows(StartException.class, () -> start(tls));
    assertTrue(refused.getMessage().contains("empty.pem"), refused.getMessage());
  }

  private void assertAnswers(ControllerSettings.Tls tls) throws Exception {
    try (var server = start(tls);
        var client = new ControllerClient(server.url(), null, trust());
        var stranger = new ControllerClient(server.url(), null)) {
      assertEquals("https", server.url().getScheme());
      client.checkHealth();
      var distrust = assertThrows(ControllerException.class, stranger::checkHealth);
      assertTrue(distrust.sentence().contains("Cannot trust"), distrust.sentence());
    }
  }

  private ControllerServer start(ControllerSettings.Tls tls) {
    var listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return ControllerServer.start(
        new ControllerSettings(folder.resolve("data"), listen, null, tls, false));
  }

  private SSLContext trust() throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("a", keys.getCertificate("a"));
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private static String block(String type, byte[] content) {
    return "-----BEGIN "
        + type
        + "-----\n"
        + PEM.encodeToString(content)
        + "\n-----END "
        + type
        + "-----\n";
  }
}
