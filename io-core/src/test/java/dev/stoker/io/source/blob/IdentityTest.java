package dev.stoker.io.source.blob;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpHeader;
import dev.stoker.io.net.HttpOrigin;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.testing.FaultServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of managed and workload identities, from a metadata service and an issuer on sockets. */
@Timeout(30)
class IdentityTest {
  private static final BlobUri STUDIO = (BlobUri) AssetUri.parse("blob://studio/shots/");
  private static final HttpCall CALL =
      HttpCall.of("GET", HttpOrigin.parse("https://studio.blob.core.windows.net"), "/shots/a");

  @TempDir Path folder;
  private final HttpTransport transport =
      new HttpTransport(TransportOptions.fromEnvironment(Map.of()));
  private final AtomicInteger given = new AtomicInteger();
  private volatile int lifeSeconds = 3_600;
  private volatile boolean broken;

  @AfterEach
  void stop() {
    transport.close();
  }

  /** Gives token-1, token-2 and so on. */
  private FaultServer issuer() {
    return FaultServer.start((request, peer) -> answer(peer));
  }

  private void answer(FaultServer.Peer peer) throws IOException {
    if (broken) {
      peer.sendStatus(500, "");
      return;
    }
    String body =
        "{\"access_token\":\"token-%d\",\"expires_in\":\"%d\"}"
            .formatted(given.incrementAndGet(), lifeSeconds);
    peer.send(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body);
  }

  private BlobAuth auth(Map<String, String> environment, String imds) {
    BlobSettings settings =
        new BlobSettings(
            environment, Map.of(), BlobSettings.PUBLIC_CLOUD, Map.of(), HttpOrigin.parse(imds));
    return new BlobAccounts(settings, transport).accountOf(STUDIO).auth();
  }

  private static String bearer(BlobAuth auth) {
    return auth.authorize(CALL).headers().stream()
        .filter(header -> header.name().equals("Authorization"))
        .map(HttpHeader::value)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aShortLivedTokenIsReplacedBeforeItExpiresWithoutARequestWaiting() {
    lifeSeconds = 300; // within the ten minutes in which a token is renewed
    try (FaultServer imds = issuer()) {
      BlobAuth auth = auth(Map.of(), imds.url());
      assertEquals("this machine's managed identity", auth.identity());
      assertFalse(auth.mayBlock());
      lifeSeconds = 3_600;
      assertEquals("Bearer token-1", bearer(auth), "and a new one is fetched behind it");
      long patience = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      while (!bearer(auth).equals("Bearer token-2") && System.nanoTime() < patience) {
        Thread.onSpinWait();
      }
      assertEquals("Bearer token-2", bearer(auth));
      assertEquals(2, imds.requests().size(), "one that lives for an hour is kept");
    }
  }

  @Test
  void aTokenInItsLastMinuteIsNotSentAndARefreshThatFailsKeepsTheOldOne() {
    lifeSeconds = 30;
    try (FaultServer imds = issuer()) {
      BlobAuth auth = auth(Map.of(), imds.url());
      assertTrue(auth.mayBlock(), "30 s are too few");
      lifeSeconds = 300;
      assertEquals("Bearer token-2", bearer(auth));
      broken = true;
      for (int i = 0; i < 100; i++) {
        assertEquals("Bearer token-2", bearer(auth));
      }
    }
  }

  @Test
  void aMetadataServiceThatHangsIsAskedOnceForASecond() {
    try (FaultServer imds = FaultServer.start((request, peer) -> peer.hang())) {
      long start = System.nanoTime();
      BlobAuth auth = auth(Map.of(), imds.url());
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      assertTrue(auth instanceof AnonymousAuth, auth.toString());
      assertTrue(took.toMillis() >= 900 && took.toMillis() < 5_000, took.toString());
      assertEquals(1, imds.requests().size());
    }
  }

  private Map<String, String> workload(String issuer) throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put("AZURE_CLIENT_ID", "client-7");
    environment.put("AZURE_TENANT_ID", "tenant-9");
    environment.put("AZURE_AUTHORITY_HOST", issuer + "/");
    environment.put("AZURE_FEDERATED_TOKEN_FILE", folder.resolve("federated").toString());
    Files.writeString(folder.resolve("federated"), "assertion\n");
    return environment;
  }

  @Test
  void aWorkloadIdentityChangesItsFederatedTokenAndComesBeforeTheMachines() throws IOException {
    try (FaultServer issuer = issuer();
        FaultServer imds = issuer()) {
      BlobAuth auth = auth(workload(issuer.url()), imds.url());
      assertEquals("the workload identity client-7", auth.identity());
      assertEquals("Bearer token-1", bearer(auth));
      assertEquals("/tenant-9/oauth2/v2.0/token", issuer.requests().element().target());
      assertEquals("POST", issuer.requests().element().method());
      assertEquals(0, imds.requests().size());
    }
  }

  @Test
  void aWorkloadIdentityThatGetsNoTokenSaysWhyAndShowsNoSecret() throws IOException {
    try (FaultServer issuer = issuer()) {
      Map<String, String> environment = workload(issuer.url());
      broken = true;
      BlobAuth refused = auth(environment, "http://127.0.0.1:1");
      String message = assertThrows(IoFailure.class, () -> refused.authorize(CALL)).getMessage();
      assertTrue(message.contains("the workload identity client-7"), message);
      assertTrue(message.contains("500"), message);
      assertFalse(message.contains("assertion"), message);
      Files.delete(folder.resolve("federated"));
      String missing = assertThrows(IoFailure.class, () -> refused.authorize(CALL)).getMessage();
      assertTrue(missing.contains("AZURE_FEDERATED_TOKEN_FILE"), missing);
    }
  }
}
