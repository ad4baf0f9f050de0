package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.dispatch.Clocks;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.protocol.Tokens;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes' tokens end, and are renewed under leases that go on. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class NodeTokenTest {
  private static final String JOIN = "join-token-0123456789";
  private static final String ADMIN = "user-token-0123456789";

  @Parameter StoreKind kind;
  @TempDir Path folder;
  private ControllerSettings settings;
  private ControllerServer server;
  private ControllerClient admin;
  private volatile Duration ahead = Duration.ZERO;

  @BeforeEach
  void start() {
    settings =
        new ControllerSettings(
                folder,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new ControllerSettings.Tokens(JOIN, ADMIN),
                null,
                false)
            .withDatabase(kind.settings(folder).database())
            .withNodeTokenLife(Duration.ofMinutes(10));
    open();
  }

  private void open() {
    server =
        ControllerServer.start(
            settings, new Clocks(() -> Instant.now().plus(ahead), System::nanoTime));
    admin = new ControllerClient(server.url(), ADMIN);
  }

  @AfterEach
  void stop() {
    admin.close();
    server.close();
  }

  @Test
  void aTokenEndsAndTheOneThatRenewedItGoesOnWithTheSameLeases() {
    admin.submit(TestJobs.frames(1), "k");
    try (var node = new ScriptedAgent(server.url(), JOIN, "node")) {
      Lease lease = node.lease(1, 5_000).getFirst();
      ahead = Duration.ofMinutes(6);
      Registration.Renewed lost = node.client.renewToken(node.nodeId);
      Registration.Renewed renewed = node.client.renewToken(node.nodeId);
      assertEquals(600, renewed.validSeconds());
      assertNotEquals(lost.nodeToken(), renewed.nodeToken());
      // A call under way with the old one is as good as one with the new one.
      assertExtended(node.heartbeat(lease));
      assertRefused(401, () -> beat(admin.withToken(lost.nodeToken()), node.nodeId));
      ahead = Duration.ofMinutes(11);
      assertRefused(401, node::heartbeat);
      node.client = admin.withToken(renewed.nodeToken());
      assertExtended(node.heartbeat(lease));
      node.render(lease);
    }
  }

  @Test
  void anEndedTokenIsNotRenewedAndRegisteringAnewKeepsTheLeases() {
    admin.submit(TestJobs.frames(1), "k");
    try (var node = new ScriptedAgent(server.url(), JOIN, "node")) {
      Lease lease = node.lease(1, 5_000).getFirst();
      ahead = Duration.ofMinutes(11);
      assertRefused(401, () -> node.client.renewToken(node.nodeId));
      try (var again = new ScriptedAgent(server.url(), JOIN, "node")) {
        assertExtended(again.heartbeat(lease));
        again.render(lease);
      }
    }
  }

  @Test
  void aRenewedTokenSurvivesARestartAndBelongsToItsNodeOnly() {
    try (var node = new ScriptedAgent(server.url(), JOIN, "node");
        var other = new ScriptedAgent(server.url(), JOIN, "other")) {
      assertRefused(403, () -> other.client.renewToken(node.nodeId));
      assertRefused(403, () -> admin.renewToken(node.nodeId));
      String token = node.client.renewToken(node.nodeId).nodeToken();
      stop();
      open();
      beat(admin.withToken(token), node.nodeId);
    }
  }

  @Test
  void whoeverShowsATokenIsToldWhomItMakesThem() {
    try (var node = new ScriptedAgent(server.url(), JOIN, "node")) {
      assertEquals("node", admin.withToken(tokenOf(node)).me().kind());
    }
    assertEquals("join", admin.withToken(JOIN).me().kind());
    assertEquals(new Tokens.Me("admin", "user", Tokens.Role.ADMIN, List.of(), null), admin.me());
    Tokens.Created ann =
        admin.createToken(
            new Tokens.Create(
                Tokens.Kind.USER,
                "ann",
                Tokens.Role.ARTIST,
                List.of("film-b", "film-a"),
                false,
                null,
                3_600L));
    Tokens.Me me = admin.withToken(ann.token()).me();
    assertEquals(List.of("film-a", "film-b"), me.projects());
    assertEquals(Tokens.Role.ARTIST, me.role());
    assertRefused(401, () -> admin.withToken("wrong-token-0123456789").me());
  }

  private static String tokenOf(ScriptedAgent node) {
    return node.client.renewToken(node.nodeId).nodeToken();
  }

  private static void beat(ControllerClient client, String nodeId) {
    client.heartbeat(nodeId, new Heartbeat.Request(List.of(), null));
  }

  private static void assertExtended(Heartbeat.Response response) {
    assertEquals(Heartbeat.Action.EXTEND, response.leases().getFirst().action());
  }

  private static void assertRefused(int status, Executable call) {
    var refusal = assertThrows(ControllerException.class, call);
    assertEquals(status, refusal.status(), refusal.sentence());
  }
}
