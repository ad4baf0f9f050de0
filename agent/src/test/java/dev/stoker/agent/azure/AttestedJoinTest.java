package dev.stoker.agent.azure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.agent.lease.ControllerLink;
import dev.stoker.agent.lease.JoinProof;
import dev.stoker.agent.lease.Pause;
import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.attest.AzurePolicy;
import dev.stoker.controller.attest.TestAuthority;
import dev.stoker.controller.attest.TestAuthority.Identity;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Registration;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent's machine, its metadata service and a controller, each on its socket. */
class AttestedJoinTest {
  private static final String SUBSCRIPTION = "8d10da13-8125-4ba9-a717-bf7490507b3d";

  @TempDir Path folder;
  private final TestAuthority authority = new TestAuthority("Root");
  private final Identity azure =
      TestAuthority.signer(
          authority.root, "metadata.azure.com", List.of("metadata.azure.com"), null, 0);
  private final AtomicLong nanos = new AtomicLong();
  private FakeMetadata fake;
  private InstanceMetadata metadata;
  private ControllerServer server;
  private ControllerClient client;

  @BeforeEach
  void start() throws Exception {
    fake = new FakeMetadata();
    fake.signs = this::document;
    metadata = new InstanceMetadata(fake.address());
    URI nowhere = URI.create("http://127.0.0.1:1");
    server =
        ControllerServer.start(
            new ControllerSettings(
                    folder.resolve("data"),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    new ControllerSettings.Tokens("join-token-0123456789", "user-token-0123456789"),
                    null,
                    false)
                .withNodeTokenLife(Duration.ofMinutes(10))
                .withAzure(
                    new AzurePolicy(
                        List.of(SUBSCRIPTION),
                        List.of(),
                        TestAuthority.pem(folder.resolve("roots.pem"), authority.root),
                        null,
                        Set.of(),
                        nowhere,
                        nowhere,
                        null)));
    client = new ControllerClient(server.url(), null);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    metadata.close();
    fake.close();
  }

  private String document(String nonce) {
    DateTimeFormatter form =
        DateTimeFormatter.ofPattern("MM/dd/yy HH:mm:ss").withZone(ZoneOffset.UTC);
    Instant now = Instant.now();
    String text =
        """
        {"nonce": "%s", "subscriptionId": "%s", "vmId": "02aab8a4-74ef-476e-8182-f6d2ba4166a6",
         "timeStamp": {"createdOn": "%s -0000", "expiresOn": "%s -0000"}}
        """
            .formatted(nonce, SUBSCRIPTION, form.format(now), form.format(now.plusSeconds(21_600)));
    return TestAuthority.sign(text, azure, "SHA256withECDSA", azure.certificate());
  }

  private ControllerLink link(JoinProof proof) {
    var registration =
        new Registration.Request(
            "node",
            "0.1.0",
            1,
            1,
            List.of(new Registration.Slot("slot-0", 1, 1L << 30, 0, 0)),
            Map.of());
    return new ControllerLink(client, registration, proof, new Pause(() -> 0), nanos::get);
  }

  @Test
  void aMachineThatAzureVouchesForJoinsWithoutATokenAndOthersAreTold() throws Exception {
    ControllerLink.Node node = link(new AttestedDocument(metadata)).node();
    node.client().heartbeat(node.nodeId(), new Heartbeat.Request(List.of(), null));
    var refusal = assertThrows(ControllerException.class, () -> link(JoinProof.NONE).node());
    assertTrue(refusal.sentence().contains("attested document"), refusal.sentence());
  }

  @Test
  void aDocumentThatTheServiceMadeForAnotherNonceIsAskedForAgain() throws Exception {
    var times = new AtomicInteger();
    fake.signs = nonce -> document(times.incrementAndGet() == 1 ? "0123456789" : nonce);
    link(new AttestedDocument(metadata)).node();
    assertEquals(2, times.get());
  }

  @Test
  void aTokenIsRenewedAtHalfOfItsLifeAndTheNodeStaysTheSame() throws Exception {
    ControllerLink link = link(new AttestedDocument(metadata));
    ControllerLink.Node node = link.node();
    String first = node.token().toString();
    assertEquals("NodeToken[hidden]", first);
    ask(node, 1);
    String shown = shown(node);
    nanos.addAndGet(TimeUnit.MINUTES.toNanos(4));
    link.refresh();
    assertEquals(shown, shown(node), "too early");
    nanos.addAndGet(TimeUnit.MINUTES.toNanos(2));
    link.refresh();
    assertTrue(!shown.equals(shown(node)), "not renewed");
    assertEquals(node, link.node());
    ask(node, 2); // goes on counting: nothing was registered anew
  }

  @Test
  void aRenewalThatFailsIsTriedAgainAndTheOldTokenServesMeanwhile() throws Exception {
    ControllerLink link = link(new AttestedDocument(metadata));
    ControllerLink.Node node = link.node();
    nanos.addAndGet(TimeUnit.MINUTES.toNanos(6));
    String shown = shown(node);
    Thread.currentThread().interrupt(); // the call fails as when the network is cut
    link.refresh();
    assertTrue(Thread.interrupted());
    assertEquals(shown, shown(node));
    ask(node, 1);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(31));
    link.refresh();
    assertTrue(!shown.equals(shown(node)), "not renewed");
  }

  /** What the link shows the controller, by the hash that the controller would keep. */
  private static String shown(ControllerLink.Node node) {
    return Integer.toHexString(node.token().fingerprint());
  }

  private static void ask(ControllerLink.Node node, long sequence) {
    node.client().lease(node.nodeId(), new Leasing.Request(sequence, List.of(), 0));
  }
}
