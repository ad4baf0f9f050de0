package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
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
  void beyondLoopbackBothACertificateAndTokensAreNeededUnlessToldOtherwise() {
    var tls = new ControllerSettings.Tls(pkcs12, PASSWORD);
    var tokens = new ControllerSettings.Tokens("join-token-0123456789", "user-token-0123456789");
    for (ControllerSettings half :
        List.of(everywhere(null, tls, false), everywhere(tokens, null, false))) {
      var refused = assertThrows(StartException.class, () -> ControllerServer.start(half));
      assertTrue(refused.getMessage().contains("without TLS and tokens"), refused.getMessage());
      assertTrue(refused.getMessage().contains("--insecure"), refused.getMessage());
    }
    for (ControllerSettings allowed :
        List.of(everywhere(tokens, tls, false), everywhere(null, null, true))) {
      ControllerServer.start(allowed).close();
    }
  }

  private ControllerSettings everywhere(
      ControllerSettings.Tokens tokens, ControllerSettings.Tls tls, boolean insecure) {
    return new ControllerSettings(
        folder.resolve("data"), new InetSocketAddress(0), tokens, tls, insecure);
  }

  @Test
  void aRenewedCertificateIsServedWithoutARestartAndABrokenOneIsNot() throws Exception {
    Path served = folder.resolve("served.p12");
    Files.copy(pkcs12, served);
    byte[] first = keys.getCertificate("a").getEncoded();
    try (var tls =
        WatchedTls.open(new ControllerSettings.Tls(served, PASSWORD), Duration.ofMillis(20))) {
      assertArrayEquals(first, certificate(tls));
      Files.writeString(served, "half of a cert");
      TimeUnit.MILLISECONDS.sleep(200); // ten looks
      assertArrayEquals(first, certificate(tls));
      Files.delete(pkcs12);
      makeCertificate();
      byte[] second = keys.getCertificate("a").getEncoded();
      Files.move(pkcs12, served, StandardCopyOption.REPLACE_EXISTING);
      for (int tries = 0; tries < 250 && Arrays.equals(first, certificate(tls)); tries++) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertArrayEquals(second, certificate(tls));
    }
  }

  /** What a new connection is shown, in a handshake of two engines. */
  private byte[] certificate(SslContext serving) throws Exception {
    SSLEngine server = serving.newEngine(UnpooledByteBufAllocator.DEFAULT);
    SSLEngine client = trustAll().createSSLEngine();
    client.setUseClientMode(true);
    ByteBuffer toServer = ByteBuffer.allocate(64 << 10);
    ByteBuffer toClient = ByteBuffer.allocate(64 << 10);
    for (int steps = 0; steps < 50; steps++) {
      step(client, toClient, toServer);
      step(server, toServer, toClient);
      if (client.getSession().isValid()
          && client.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING) {
        return client.getSession().getPeerCertificates()[0].getEncoded();
      }
    }
    throw new AssertionError("no handshake");
  }

  private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws Exception {
    ByteBuffer nothing = ByteBuffer.allocate(64 << 10);
    engine.wrap(ByteBuffer.allocate(0), out);
    in.flip();
    engine.unwrap(in, nothing);
    in.compact();
    for (Runnable task = engine.getDelegatedTask(); task != null; ) {
      task.run();
      task = engine.getDelegatedTask();
    }
  }

  private static SSLContext trustAll() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
    return context;
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
