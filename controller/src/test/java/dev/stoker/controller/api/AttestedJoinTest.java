package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.attest.AzurePolicy;
import dev.stoker.controller.attest.FakeAzure;
import dev.stoker.controller.attest.TestAuthority;
import dev.stoker.controller.attest.TestAuthority.Identity;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.dispatch.Clocks;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.protocol.Tokens;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Machines that join by an attested document, with an authority and a resource manager of our own.
 */
class AttestedJoinTest {
  private static final String JOIN = "join-token-0123456789";
  private static final String ADMIN = "user-token-0123456789";
  private static final String SUBSCRIPTION = "8d10da13-8125-4ba9-a717-bf7490507b3d";
  private static final String OTHER_SUBSCRIPTION = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";
  private static final String VM = "02aab8a4-74ef-476e-8182-f6d2ba4166a6";
  private static final String OTHER_VM = "d3e0e374-fda6-4649-bbc9-7f20dc379f34";
  private static final String SET = set("render");
  private static final String FLEXIBLE_SET = set("flexible");
  private static final List<String> HOSTS =
      List.of("westeurope.metadata.azure.com", "metadata.azure.com");

  @TempDir Path folder;
  private final TestAuthority authority = new TestAuthority("Root");
  private final Identity issuing = TestAuthority.intermediate(authority.root, null);
  private final Identity azure =
      TestAuthority.signer(issuing, "westeurope.metadata.azure.com", HOSTS, null, 0);
  private volatile Duration ahead = Duration.ZERO;
  private FakeAzure fake;
  private ControllerServer server;
  private ControllerClient admin;
  private ControllerClient stranger;

  private static String set(String name) {
    return "/subscriptions/"
        + SUBSCRIPTION
        + "/resourceGroups/farm/providers/Microsoft.Compute/virtualMachineScaleSets/"
        + name;
  }

  @BeforeEach
  void startAzure() throws Exception {
    fake = new FakeAzure();
  }

  @AfterEach
  void stop() {
    if (server != null) {
      admin.close();
      stranger.close();
      server.close();
    }
    fake.close();
  }

  private void start(List<String> subscriptions, List<String> scaleSets, Set<String> issuerHosts)
      throws Exception {
    Path roots = TestAuthority.pem(folder.resolve("roots.pem"), authority.root);
    start(
        new AzurePolicy(
            subscriptions,
            scaleSets,
            roots,
            null,
            issuerHosts,
            fake.address(),
            fake.address(),
            null));
  }

  private void start(AzurePolicy policy) {
    server =
        ControllerServer.start(
            new ControllerSettings(
                    folder.resolve("data"),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    new ControllerSettings.Tokens(JOIN, ADMIN),
                    null,
                    false)
                .withAzure(policy),
            new Clocks(() -> Instant.now().plus(ahead), System::nanoTime));
    admin = new ControllerClient(server.url(), ADMIN);
    stranger = new ControllerClient(server.url(), null);
  }

  private static String time(Instant at) {
    return DateTimeFormatter.ofPattern("MM/dd/yy HH:mm:ss")
            .withZone(ZoneOffset.UTC)
            .format(at.plusMillis(999))
        + " -0000";
  }

  private static String text(String nonce, String vmId, String subscription, int from, int until) {
    Instant now = Instant.now();
    return """
    {"licenseType": "", "nonce": "%s", "plan": {"name": "", "product": "", "publisher": ""}, "sku": "12",
     "subscriptionId": "%s", "timeStamp": {"createdOn": "%s", "expiresOn": "%s"}, "vmId": "%s"}
    """
        .formatted(
            nonce, subscription, time(now.plusSeconds(from)), time(now.plusSeconds(until)), vmId);
  }

  private static String text(String nonce) {
    return text(nonce, VM, SUBSCRIPTION, 0, 21_600);
  }

  private String signed(String text) {
    return signed(text, azure);
  }

  private String signed(String text, Identity signer) {
    return TestAuthority.sign(
        text, signer, "SHA256withECDSA", signer.certificate(), issuing.certificate());
  }

  /** Repeats a call that came too often: twenty a second from one address, as documented. */
  private static <T> T patiently(Supplier<T> call) {
    for (int tries = 0; ; tries++) {
      try {
        return call.get();
      } catch (ControllerException e) {
        if (e.status() != 429 || tries == 5) {
          throw e;
        }
        LockSupport.parkNanos(Duration.ofMillis(1_001).toNanos());
      }
    }
  }

  private Registration.Challenge challenge() {
    return patiently(stranger::challenge);
  }

  private Registration.Response join(
      ControllerClient by, String name, String challenge, String document) {
    return patiently(
        () ->
            by.register(
                ScriptedAgent.registration(name)
                    .with(new Registration.Attestation(challenge, document))));
  }

  private Registration.Response join(ControllerClient by, String name) {
    Registration.Challenge challenge = challenge();
    return join(by, name, challenge.challenge(), signed(text(challenge.nonce())));
  }

  private void assertRefused(int status, String says, String challenge, String document) {
    var refusal =
        assertThrows(ControllerException.class, () -> join(stranger, "node", challenge, document));
    assertEquals(status, refusal.status(), refusal.sentence());
    assertTrue(refusal.sentence().contains(says), refusal.sentence());
  }

  /** With a fresh challenge. */
  private void assertRefused(int status, String says, Identity signer) {
    Registration.Challenge challenge = challenge();
    assertRefused(status, says, challenge.challenge(), signed(text(challenge.nonce()), signer));
  }

  /** The same, for a text with {@code NONCE} in it. */
  private void assertRefused(int status, String says, String text) {
    Registration.Challenge challenge = challenge();
    assertRefused(
        status, says, challenge.challenge(), signed(text.replace("NONCE", challenge.nonce())));
  }

  @Test
  void aMachineOfAListedSubscriptionBecomesANodeWithoutAToken() throws Exception {
    start(List.of(SUBSCRIPTION.toUpperCase(Locale.ROOT)), List.of(), Set.of());
    assertTrue(challenge().nonce().matches("[0-9]{10}"));
    Registration.Response node = join(stranger, "node");
    stranger.withToken(node.nodeToken()).heartbeat(node.nodeId(), heartbeat());
    List<Tokens.Deed> deeds = deeds();
    assertEquals("azure machine " + VM, deeds.getFirst().caller(), deeds.toString());
    assertEquals(1, deeds.size(), "challenges are no deeds: " + deeds);
    assertTrue(fake.asked.isEmpty(), fake.asked.toString());
  }

  /** They are written down soon after the answer. */
  private List<Tokens.Deed> deeds() {
    for (int tries = 0; tries < 200 && admin.audit(10).deeds().isEmpty(); tries++) {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    return admin.audit(10).deeds();
  }

  private static Heartbeat.Request heartbeat() {
    return new Heartbeat.Request(List.of(), null);
  }

  @Test
  void aMachineOfAListedScaleSetIsFoundByTheResourceManager() throws Exception {
    fake.uniform.put(SET, List.of(OTHER_VM, VM.toUpperCase(Locale.ROOT)));
    start(List.of(), List.of(SET), Set.of());
    assertFalse(join(stranger, "node").nodeToken().isEmpty());
  }

  @Test
  void aMachineOfAFlexibleScaleSetIsFoundAmongOrdinaryMachines() throws Exception {
    fake.flexible.put(FLEXIBLE_SET, List.of(OTHER_VM, VM));
    start(List.of(), List.of(FLEXIBLE_SET), Set.of());
    assertFalse(join(stranger, "node").nodeToken().isEmpty());
  }

  @Test
  void aMachineOfNoListedScaleSetOrSubscriptionIsRefused() throws Exception {
    fake.uniform.put(SET, List.of(OTHER_VM));
    start(List.of(OTHER_SUBSCRIPTION), List.of(SET), Set.of());
    assertRefused(403, "in none of the controller's 'join.azure' scale sets", azure);
    fake.managerStatus = 500;
    String said = "";
    for (int tries = 0; tries < 100 && !said.contains("answered 500. The node asks"); tries++) {
      // The listing is kept for two seconds.
      said = assertThrows(ControllerException.class, () -> join(stranger, "node")).sentence();
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
    assertTrue(said.contains("answered 500. The node asks again."), said);
    fake.managerStatus = 403;
    assertRefused(503, "give the controller's identity the role Reader", azure);
  }

  @Test
  void theIssuerIsFetchedFromListedHostsOnly() throws Exception {
    String place = fake.address() + "/pki/issuing.crt";
    Identity between = TestAuthority.intermediate(authority.root, null);
    Identity signer = TestAuthority.signer(between, "metadata.azure.com", HOSTS, place, 0);
    fake.certificates.put("/pki/issuing.crt", TestAuthority.der(between));
    start(List.of(SUBSCRIPTION), List.of(), Set.of(fake.host()));
    Registration.Challenge challenge = challenge();
    String document =
        TestAuthority.sign(
            text(challenge.nonce()), signer, "SHA256withECDSA", signer.certificate());
    join(stranger, "node", challenge.challenge(), document);
    assertEquals(List.of("/pki/issuing.crt?null"), fake.asked);

    stop();
    startAzure();
    start(List.of(SUBSCRIPTION), List.of(), Set.of("www.microsoft.com"));
    assertRefused(409, "none of this controller's", "x", document);
    Registration.Challenge next = challenge();
    assertRefused(
        403,
        "leads to no root that is trusted",
        next.challenge(),
        TestAuthority.sign(text(next.nonce()), signer, "SHA256withECDSA", signer.certificate()));
    assertTrue(fake.asked.isEmpty(), fake.asked.toString());
  }

  @Test
  void whoeverIsNotAzuresMetadataServiceIsNotBelieved() throws Exception {
    start(List.of(SUBSCRIPTION), List.of(), Set.of());
    for (String name :
        List.of(
            "evil.example",
            "metadata.azure.com.evil.example",
            "xmetadata.azure.com",
            "azure.com",
            "management.azure.com")) {
      assertRefused(
          403,
          "no name of Azure's metadata service",
          TestAuthority.signer(issuing, "metadata.azure.com", List.of(name), null, 0));
      assertRefused(
          403,
          "no name of Azure's metadata service",
          TestAuthority.signer(issuing, name, List.of(), null, 0));
    }
    Identity elsewhere = new TestAuthority("Root").root;
    assertRefused(
        403,
        "leads to no root that is trusted",
        TestAuthority.signer(elsewhere, "metadata.azure.com", HOSTS, null, 0));
    assertRefused(
        403,
        "not valid now",
        TestAuthority.signer(issuing, "metadata.azure.com", HOSTS, null, -31));
    // An ordinary certificate of Azure's issues none.
    assertRefused(
        403,
        "leads to no root that is trusted",
        TestAuthority.signer(azure, "metadata.azure.com", HOSTS, null, 0));
    for (String sovereign :
        List.of("usgov.metadata.azure.us", "metadata.azure.cn", "metadata.microsoftazure.de")) {
      Registration.Challenge challenge = challenge();
      Identity signer = TestAuthority.signer(issuing, sovereign, List.of(), null, 0);
      join(stranger, "node", challenge.challenge(), signed(text(challenge.nonce()), signer));
    }
  }

  @Test
  void aDocumentThatDoesNotAnswerTheChallengeIsRefused() throws Exception {
    start(List.of(SUBSCRIPTION), List.of(), Set.of());
    assertRefused(409, "another nonce than the challenge", text("1234567890"));
    assertRefused(409, "expired", text("NONCE", VM, SUBSCRIPTION, -60, -2));
    assertRefused(409, "not made after the challenge", text("NONCE", VM, SUBSCRIPTION, -400, 600));
    assertRefused(409, "not made after the challenge", text("NONCE", VM, SUBSCRIPTION, 400, 600));
    assertRefused(403, "lives longer than any", text("NONCE", VM, SUBSCRIPTION, 0, 90_000));
    assertRefused(403, "vmId is no UUID", text("NONCE", "", SUBSCRIPTION, 0, 600));
    assertRefused(403, "subscriptionId is no UUID", text("NONCE", VM, "x", 0, 600));
    assertRefused(403, "createdOn is no time", text("NONCE").replaceFirst("createdOn", "made"));
    assertRefused(403, "is not JSON", "NONCE {");
  }

  @Test
  void aDocumentCountsOnceAndAChallengeForFiveMinutes() throws Exception {
    start(List.of(SUBSCRIPTION), List.of(), Set.of());
    Registration.Challenge challenge = challenge();
    String document = signed(text(challenge.nonce()));
    join(stranger, "node", challenge.challenge(), document);
    assertRefused(409, "used before", challenge.challenge(), document);
    Registration.Challenge old = challenge();
    ahead = Duration.ofSeconds(301);
    assertRefused(409, "older than 5 minutes", old.challenge(), signed(text(old.nonce())));
    String changed = (old.challenge().startsWith("_") ? "A" : "_") + old.challenge().substring(1);
    assertRefused(409, "none of this controller's", changed, signed(text(old.nonce())));
  }

  @Test
  void whatWasChangedAfterItWasSignedIsRefused() throws Exception {
    start(List.of(SUBSCRIPTION), List.of(), Set.of());
    Registration.Challenge challenge = challenge();
    String sha1 =
        TestAuthority.sign(
            text(challenge.nonce()),
            azure,
            "SHA1withECDSA",
            azure.certificate(),
            issuing.certificate());
    assertRefused(403, "older than SHA-256", challenge.challenge(), sha1);
    String bare = TestAuthority.sign(text(challenge.nonce()), azure, "SHA256withECDSA");
    assertRefused(403, "lacks its signer's certificate", challenge.challenge(), bare);
    // Another's certificate for the key that signed.
    Identity thief = TestAuthority.signer(issuing, "metadata.azure.com", HOSTS, null, 0);
    String stolen =
        signed(text(challenge.nonce()), new Identity(azure.certificate(), thief.keys()));
    assertRefused(
        403, "signature of the attested document does not hold", challenge.challenge(), stolen);
    byte[] document = Base64.getDecoder().decode(signed(text(challenge.nonce())));
    String moved = new String(document, StandardCharsets.ISO_8859_1).replace(VM, OTHER_VM);
    assertRefused(
        403,
        "does not hold",
        challenge.challenge(),
        Base64.getEncoder().encodeToString(moved.getBytes(StandardCharsets.ISO_8859_1)));
    assertRefused(403, "no PKCS#7", challenge.challenge(), "AAAA");
    assertRefused(403, "no PKCS#7", challenge.challenge(), "%");
    mutateAtRandom(challenge, document);
  }

  /** Whatever a bit of what was signed becomes, it counts for nothing; elsewhere nothing breaks. */
  private void mutateAtRandom(Registration.Challenge challenge, byte[] document) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String all = new String(document, StandardCharsets.ISO_8859_1);
    int start = all.indexOf("{\"licenseType");
    int end = all.indexOf(VM) + VM.length();
    for (int i = 0; i < 40; i++) {
      byte[] changed = document.clone();
      boolean inside = i % 2 == 0;
      int at = inside ? start + random.nextInt(end - start) : random.nextInt(document.length);
      changed[at] ^= (byte) (1 << random.nextInt(8));
      try {
        join(stranger, "node", challenge.challenge(), Base64.getEncoder().encodeToString(changed));
        assertFalse(inside, "let in with seed " + seed + " at " + i);
      } catch (ControllerException e) {
        assertTrue(e.status() == 403 || e.status() == 409, seed + ": " + e);
      }
    }
  }

  @Test
  void theNameOfAMachineThatIsAtWorkIsNobodyElses() throws Exception {
    start(List.of(SUBSCRIPTION), List.of(), Set.of());
    join(stranger, "node");
    join(stranger, "node");
    Registration.Challenge challenge = challenge();
    assertRefused(
        409,
        "another machine that is at work",
        challenge.challenge(),
        signed(text(challenge.nonce(), OTHER_VM, SUBSCRIPTION, 0, 600)));
    try (var byToken = new ScriptedAgent(server.url(), JOIN, "other")) {
      byToken.heartbeat();
      var refusal = assertThrows(ControllerException.class, () -> join(stranger, "other"));
      assertTrue(refusal.sentence().contains("at work"), refusal.sentence());
    }
  }

  @Test
  void aTokenOfAScaleSetLetsInItsMachinesOnly() throws Exception {
    fake.uniform.put(SET, List.of(VM));
    fake.uniform.put(set("other"), List.of(OTHER_VM));
    start(List.of(), List.of(), Set.of());
    ControllerClient right = admin.withToken(tokenFor(SET));
    ControllerClient wrong = admin.withToken(tokenFor(set("other")));
    var bare =
        assertThrows(
            ControllerException.class, () -> right.register(ScriptedAgent.registration("node")));
    assertTrue(bare.sentence().contains("machines of one scale set"), bare.sentence());
    var other = assertThrows(ControllerException.class, () -> join(wrong, "node"));
    assertEquals(403, other.status());
    assertTrue(other.sentence().contains(VM + " is none of them"), other.sentence());
    join(right, "node");
    assertTrue(admin.tokens().tokens().stream().anyMatch(token -> token.scaleSet().equals(SET)));
    var bad = assertThrows(ControllerException.class, () -> tokenFor("render"));
    assertTrue(bad.sentence().contains("no resource id"), bad.sentence());
    // Azure's word alone opens nothing here: no scale set and no subscription is listed.
    assertRefused(403, "in none of the controller's", azure);
  }

  private String tokenFor(String scaleSet) {
    return admin
        .createToken(
            new Tokens.Create(
                Tokens.Kind.JOIN, "spot", null, List.of(), false, null, null, scaleSet))
        .token();
  }

  @Test
  void strangersAreHeldUpAndHeardShortly() throws Exception {
    start(List.of(SUBSCRIPTION), List.of(), Set.of());
    String document = "A".repeat(300 << 10);
    Registration.Challenge challenge = challenge();
    assertRefused(413, "too large", challenge.challenge(), document);
    ControllerException held = null;
    for (int tries = 0; tries < 2_000 && held == null; tries++) {
      try {
        stranger.challenge();
      } catch (ControllerException e) {
        held = e;
      }
    }
    assertEquals(429, held == null ? 0 : held.status());
    admin.jobs();
    join(admin.withToken(JOIN), "node");
  }

  @Test
  void withoutAPolicyNobodysWordCounts() {
    start((AzurePolicy) null);
    var none = assertThrows(ControllerException.class, () -> stranger.challenge());
    assertEquals(403, none.status());
    assertTrue(none.sentence().contains("join.azure"), none.sentence());
    assertRefused(401, "asks for a token", "x", "y");
  }

  @Test
  void azuresOwnRootsAreAmongThoseOfThisJava() {
    start(
        new AzurePolicy(
            List.of(SUBSCRIPTION),
            List.of(),
            null,
            null,
            Set.of(),
            URI.create("http://127.0.0.1:1"),
            URI.create("http://127.0.0.1:1"),
            null));
    assertRefused(403, "leads to no root that is trusted", azure);
  }
}
