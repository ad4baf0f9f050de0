package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.dispatch.Clocks;
import dev.stoker.controller.notify.NotifySettings;
import dev.stoker.controller.notify.Receiver;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Tokens;
import dev.stoker.controller.protocol.Wire;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Who is told of jobs' ends. */
class NotifyTest {
  private static final String ADMIN = "user-token-0123456789";
  private static final String JOIN = "join-token-0123456789";
  private static final String SECRET = "secret-of-the-webhook";

  @TempDir Path folder;
  private volatile Duration ahead = Duration.ZERO;
  private Receiver receiver;
  private ControllerServer server;
  private ControllerClient admin;

  @BeforeEach
  void openReceiver() throws Exception {
    receiver = new Receiver();
  }

  @AfterEach
  void stop() {
    stopServer();
    receiver.close();
  }

  private void stopServer() {
    if (server != null) {
      admin.close();
      server.close();
      server = null;
    }
  }

  private NotifySettings hook(Set<String> projects, Set<Jobs.State> states, String... allowed) {
    return new NotifySettings(
        List.of(new NotifySettings.Hook("studio", receiver.url(), SECRET, projects, states)),
        null,
        Set.of(allowed),
        Tokens.Role.WRANGLER,
        NotifySettings.DEADLINE);
  }

  private void start(NotifySettings notify) {
    var settings =
        new ControllerSettings(
            folder.resolve("data"),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new ControllerSettings.Tokens(JOIN, ADMIN),
            null,
            false);
    start(settings.withNotify(notify));
  }

  private void start(ControllerSettings settings) {
    server =
        ControllerServer.start(
            settings, new Clocks(() -> Instant.now().plus(ahead), System::nanoTime));
    admin = new ControllerClient(server.url(), ADMIN);
  }

  private String render(Finish.Outcome outcome) {
    String job = admin.submit(TestJobs.frames(1), outcome.name()).jobId();
    renderAll(outcome);
    return job;
  }

  private void renderAll(Finish.Outcome outcome) {
    try (var node = new ScriptedAgent(server.url(), JOIN, "node-" + outcome)) {
      if (outcome == Finish.Outcome.SUCCEEDED) {
        node.render(node.lease(1, 5_000).getFirst());
      } else {
        admin.jobs().jobs().forEach(job -> admin.cancel(job.jobId()));
      }
    }
  }

  @Test
  void aSignedWebhookTellsOfAJobsEndOnce() throws Exception {
    start(hook(Set.of(), Set.of(), "127.0.0.1"));
    String job = render(Finish.Outcome.SUCCEEDED);
    Receiver.Got got = receiver.next();
    JsonNode body = Wire.mapper().readTree(got.body());
    assertEquals(job, body.path("jobId").asText());
    assertEquals("job.ended", body.path("event").asText());
    assertEquals("SUCCEEDED", body.path("state").asText());
    assertEquals(1, body.path("succeeded").asInt());
    assertEquals("Shot 7", body.path("name").asText());
    assertEquals(got.delivery(), body.path("id").asText());
    String[] signature = got.signature().split("[=,]", -1);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    byte[] code = mac.doFinal((signature[1] + "." + got.body()).getBytes(StandardCharsets.UTF_8));
    assertEquals(HexFormat.of().formatHex(code), signature[3]);
    awaitDeed("notice " + got.delivery() + " to webhook studio", 200);
    assertTrue(receiver.isEmpty());
    String audit = admin.audit(100).toString();
    assertFalse(audit.contains("key=SECRET") || audit.contains(SECRET), audit);
  }

  private void awaitDeed(String action, int status) throws InterruptedException {
    for (int tries = 0; tries < 200; tries++) {
      boolean there =
          admin.audit(100).deeds().stream()
              .anyMatch(deed -> deed.action().equals(action) && deed.status() == status);
      if (there) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new AssertionError("no " + action + " in " + admin.audit(100));
  }

  @Test
  void aReceiverThatFailsIsTriedAgainWithTheSameId() throws Exception {
    start(hook(Set.of(), Set.of(), "127.0.0.1"));
    receiver.answers.addAll(List.of(503, 500));
    render(Finish.Outcome.SUCCEEDED);
    Receiver.Got first = receiver.next();
    Receiver.Got second = nextAsTimeFlies();
    Receiver.Got third = nextAsTimeFlies();
    assertEquals(first.delivery(), second.delivery());
    assertEquals(first.body(), third.body());
    awaitDeed("notice " + first.delivery() + " to webhook studio", 200);
  }

  private Receiver.Got nextAsTimeFlies() throws InterruptedException {
    for (int tries = 0; tries < 400 && receiver.isEmpty(); tries++) {
      ahead = ahead.plusMillis(200);
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return receiver.next();
  }

  @Test
  void aNoticeIsGivenUpAtItsDeadlineOrWhenItIsRefused() throws Exception {
    start(hook(Set.of(), Set.of(), "127.0.0.1"));
    receiver.answers.addAll(List.of(410));
    render(Finish.Outcome.SUCCEEDED);
    awaitDeed("notice " + receiver.next().delivery() + " to webhook studio", 504);
    receiver.answers.addAll(List.of(500, 500));
    render(Finish.Outcome.CANCELED);
    Receiver.Got got = receiver.next();
    ahead = Duration.ofMinutes(61);
    awaitDeed("notice " + got.delivery() + " to webhook studio", 504);
  }

  @Test
  void thisMachineIsNotToldUnlessTheConfigurationSaysSo() throws Exception {
    start(hook(Set.of(), Set.of()));
    render(Finish.Outcome.SUCCEEDED);
    for (int tries = 0; tries < 200 && given(504) == 0; tries++) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertEquals(1, given(504), admin.audit(100).toString());
    assertTrue(receiver.isEmpty());
  }

  private long given(int status) {
    return admin.audit(100).deeds().stream()
        .filter(deed -> deed.caller().equals("controller") && deed.status() == status)
        .count();
  }

  @Test
  void aHookHearsOfItsProjectsAndStatesOnly() throws Exception {
    start(hook(Set.of("default"), Set.of(Jobs.State.CANCELED), "127.0.0.1"));
    render(Finish.Outcome.SUCCEEDED);
    String canceled = render(Finish.Outcome.CANCELED);
    assertTrue(receiver.next().body().contains(canceled));
    assertTrue(receiver.isEmpty());
  }

  @Test
  void whoeverSubmitsMayNameOthersIfTheirRoleAllowsIt() throws Exception {
    start(
        new NotifySettings(
            List.of(), null, Set.of("127.0.0.1"), Tokens.Role.WRANGLER, Duration.ofHours(1)));
    String address = receiver.url().toString();
    ControllerClient artist = person(Tokens.Role.ARTIST);
    assertRefused(403, "this needs wrangler", () -> submit(artist, address));
    ControllerClient wrangler = person(Tokens.Role.WRANGLER);
    assertRefused(400, "sends no mail", () -> submit(wrangler, "mailto:ann@studio.example"));
    for (String bad : List.of("ftp://host/", "https://me:pw@host/", "mailto:a b", "file:///x")) {
      assertRefused(400, "must be https://", () -> submit(wrangler, bad));
    }
    String job = submit(wrangler, address).jobId();
    renderAll(Finish.Outcome.CANCELED);
    assertTrue(receiver.next().body().contains(job));
    String shown = admin.definition(job) + admin.job(job).toString() + admin.audit(100);
    assertFalse(shown.contains("key=SECRET"), shown);
  }

  @Test
  void nobodyIsNamedWhereNobodyMay() {
    start(NotifySettings.NONE);
    assertRefused(403, "notify.jobs", () -> submit(admin, "https://hooks.studio.example/x"));
  }

  private static Jobs.Submitted submit(ControllerClient by, String told) {
    return by.submit(TestJobs.frames(1), "k" + told.hashCode(), List.of(told));
  }

  private ControllerClient person(Tokens.Role role) {
    return admin.withToken(
        admin
            .createToken(
                new Tokens.Create(
                    Tokens.Kind.USER, role.name(), role, List.of(), false, null, null))
            .token());
  }

  @Test
  void mailIsSentToAServer() throws Exception {
    var smtp = new GreenMail(new ServerSetup(0, "127.0.0.1", "smtp"));
    smtp.start();
    try {
      start(
          new NotifySettings(
              List.of(),
              new NotifySettings.Mail(
                  "127.0.0.1",
                  smtp.getSmtp().getPort(),
                  NotifySettings.MailTls.NONE,
                  "",
                  "",
                  "stoker@studio.example",
                  List.of("wranglers@studio.example"),
                  Set.of(),
                  Set.of()),
              Set.of(),
              Tokens.Role.ARTIST,
              Duration.ofHours(1)));
      admin.submit(TestJobs.frames(1), "k", List.of("mailto:ann@studio.example"));
      renderAll(Finish.Outcome.SUCCEEDED);
      assertTrue(smtp.waitForIncomingEmail(20_000, 2));
      assertEquals("Shot 7 succeeded", smtp.getReceivedMessages()[0].getSubject());
      assertNotEquals(
          smtp.getReceivedMessages()[0].getMessageID(),
          smtp.getReceivedMessages()[1].getMessageID());
    } finally {
      smtp.stop();
    }
  }

  @Test
  void whatWasNotAnsweredWhenTheControllerWasKilledIsToldAgainUnderTheSameId() throws Exception {
    var settings =
        ControllerSettings.loopback(folder.resolve("data"), 0)
            .withNotify(ControllerProcess.Main.notify(receiver.url().toString()));
    receiver.answers.add(0); // hangs
    Receiver.Got first;
    try (var process = ControllerProcess.start(settings);
        var client = new ControllerClient(process.url, null)) {
      String job = client.submit(TestJobs.frames(1), "k").jobId();
      client.cancel(job);
      first = receiver.next();
      process.kill();
    }
    ahead = Duration.ofMinutes(3); // longer than one controller keeps a notice to itself
    start(settings);
    assertEquals(first.delivery(), receiver.next().delivery());
  }

  @Test
  void theEndOfAJobIsWrittenDownInTheSameChangeInBothStores() throws Exception {
    for (StoreKind kind : StoreKind.values()) {
      Path own = folder.resolve(kind.name());
      ControllerSettings settings = kind.settings(own);
      start(settings.withNotify(hook(Set.of(), Set.of(), "127.0.0.1")));
      String job = admin.submit(TestJobs.frames(1), "k").jobId();
      admin.cancel(job);
      assertTrue(receiver.next().body().contains(job));
      stopServer();
    }
  }

  private static void assertRefused(int status, String says, Executable call) {
    var refusal = assertThrows(ControllerException.class, call);
    assertEquals(status, refusal.status(), refusal.sentence());
    assertTrue(refusal.sentence().contains(says), refusal.sentence());
  }
}
