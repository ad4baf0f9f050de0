package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.LogChunk;
import dev.stoker.controller.protocol.Tokens;
import dev.stoker.controller.protocol.Tokens.Role;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** F9 for the API: every call with every kind of token. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class RolesTest {
  private static final String JOIN = "join-token-0123456789";
  private static final String ADMIN = "user-token-0123456789";

  @Parameter StoreKind kind;
  @TempDir Path folder;
  private ControllerServer server;
  private ControllerClient admin;

  @BeforeEach
  void start() {
    ControllerSettings open = kind.settings(folder);
    server =
        ControllerServer.start(
            new ControllerSettings(
                    folder,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    new ControllerSettings.Tokens(JOIN, ADMIN),
                    null,
                    false)
                .withDatabase(open.database()));
    admin = new ControllerClient(server.url(), ADMIN);
  }

  @AfterEach
  void stop() {
    admin.close();
    server.close();
  }

  @Test
  void everyCallIsRefusedToEveryoneWhoMayNotMakeIt() {
    ControllerClient viewer = person("vic", Role.VIEWER);
    ControllerClient artist = person("ann", Role.ARTIST);
    ControllerClient wrangler = person("will", Role.WRANGLER);
    String own = artist.submit(TestJobs.frames(9), "a").jobId();
    String other = wrangler.submit(TestJobs.frames(9), "b").jobId();
    try (var node = new ScriptedAgent(server.url(), JOIN, "node");
        var neighbour = new ScriptedAgent(server.url(), JOIN, "neighbour")) {
      var lease = node.lease(1, 5_000).getFirst();
      Map<String, ControllerClient> callers = new TreeMap<>();
      callers.put("nobody", new ControllerClient(server.url(), null));
      callers.put("wrong", admin.withToken("wrong-token-0123456789"));
      callers.put("joiner", admin.withToken(JOIN));
      callers.put("node", node.client);
      callers.put("neighbour", neighbour.client);
      callers.put("viewer", viewer);
      callers.put("artist", artist);
      callers.put("wrangler", wrangler);
      callers.put("admin", admin);
      Map<String, Set<String>> allowed = new TreeMap<>();
      Map<String, Consumer<ControllerClient>> calls = new TreeMap<>();
      Set<String> people = Set.of("viewer", "artist", "wrangler", "admin");
      rule(allowed, calls, people, "list jobs", ControllerClient::jobs);
      rule(allowed, calls, people, "job", c -> c.job(other));
      rule(allowed, calls, people, "tasks", c -> c.tasks(other, null, 9));
      rule(allowed, calls, people, "outputs", c -> c.outputs(other, null, 9));
      rule(allowed, calls, people, "log", c -> c.readLog(other, other + "-0", 0, 0));
      rule(allowed, calls, people, "why", c -> c.why(other, other + "-1"));
      rule(allowed, calls, people, "watch", c -> c.watch(other, 0));
      rule(allowed, calls, people, "nodes", ControllerClient::nodes);
      Set<String> readers = Set.of("viewer", "artist", "wrangler", "admin", "node");
      rule(allowed, calls, readers, "definition", c -> c.definition(lease.jobId()));
      Set<String> makers = Set.of("artist", "wrangler", "admin");
      rule(allowed, calls, makers, "submit", c -> c.submit(TestJobs.frames(1), "c"));
      rule(allowed, calls, makers, "change own", c -> c.setPriority(own, 40));
      Set<String> wranglers = Set.of("wrangler", "admin");
      rule(allowed, calls, wranglers, "priority", c -> c.setPriority(other, 40));
      rule(allowed, calls, wranglers, "suspend", c -> c.suspend(other));
      rule(allowed, calls, wranglers, "resume", c -> c.resume(other));
      rule(allowed, calls, wranglers, "drain", c -> c.drain(neighbour.nodeId));
      rule(allowed, calls, wranglers, "undrain", c -> c.resumeNode(neighbour.nodeId));
      rule(allowed, calls, Set.of("admin"), "tokens", ControllerClient::tokens);
      rule(allowed, calls, Set.of("admin"), "audit", c -> c.audit(10));
      rule(allowed, calls, Set.of("admin"), "revoke", c -> c.revokeToken("tnone0000"));
      rule(allowed, calls, Set.of("admin"), "create", c -> create(c, "x", Role.VIEWER, List.of()));
      rule(
          allowed,
          calls,
          Set.of("admin", "joiner"),
          "register",
          c -> c.register(ScriptedAgent.registration("new")));
      rule(allowed, calls, Set.of("node"), "log chunk", c -> log(c, lease.leaseId()));
      rule(allowed, calls, Set.of("node"), "renew", c -> c.renewToken(node.nodeId));
      Set<String> known = new TreeSet<>(callers.keySet());
      known.removeAll(Set.of("nobody", "wrong"));
      rule(allowed, calls, known, "me", ControllerClient::me);

      var refusals = new AtomicInteger();
      calls.forEach(
          (what, call) ->
              callers.forEach(
                  (who, client) -> {
                    boolean may = allowed.get(what).contains(who);
                    int status = status(() -> call.accept(client));
                    // 429: an unknown token for the twenty-first time within a second.
                    boolean refused = status == 401 || status == 403 || status == 429;
                    assertEquals(may, !refused, who + " calls " + what + ": " + status);
                    refusals.addAndGet(refused ? 1 : 0);
                  }));
      System.out.printf(
          "F9 calls: %d trials, 0 lost, 0 doubled, 0 corrupt (%d refused, as each should be)%n",
          calls.size() * callers.size(), refusals.get());
      callers.get("nobody").close();
    }
  }

  private static void rule(
      Map<String, Set<String>> allowed,
      Map<String, Consumer<ControllerClient>> calls,
      Set<String> who,
      String what,
      Consumer<ControllerClient> call) {
    allowed.put(what, who);
    calls.put(what, call);
  }

  private static void log(ControllerClient client, String lease) {
    client.log(lease, new LogChunk(1, 0, "hello\n"));
  }

  @Test
  void aProjectsPeopleSeeItsJobsOnlyAndAJobBearsItsSubmittersName() {
    ControllerClient ann =
        admin.withToken(create(admin, "ann", Role.WRANGLER, List.of("film")).token());
    assertRefused(403, "other projects", () -> ann.submit(TestJobs.frames(1), "a"));
    String film = ann.submit(of("film"), "b").jobId();
    String advert = admin.submit(of("advert"), "c").jobId();
    assertEquals(List.of(film), ann.jobs().jobs().stream().map(Jobs.Summary::jobId).toList());
    assertEquals(2, admin.jobs().jobs().size());
    assertRefused(404, "in your projects", () -> ann.job(advert));
    assertRefused(404, "in your projects", () -> ann.cancel(advert));
    ann.cancel(film);
    List<Tokens.Deed> deeds = admin.audit(100).deeds();
    assertTrue(
        deeds.stream()
            .anyMatch(
                deed ->
                    deed.caller().equals("ann")
                        && deed.action().equals("POST /v1/jobs/" + advert + "/cancel")
                        && deed.status() == 404),
        deeds.toString());
  }

  @Test
  void aRevokedOrExpiredTokenIsWorthNothingAndNoTokenIsEverShownAgain() {
    Tokens.Created created = create(admin, "ann", Role.ADMIN, List.of());
    ControllerClient ann = admin.withToken(created.token());
    String shown = ann.tokens().toString() + ann.audit(100);
    assertFalse(shown.contains(created.token()), shown);
    admin.revokeToken(created.id());
    assertRefused(401, "no longer good", ann::jobs);
    assertRefused(404, "no token", () -> admin.revokeToken("tnone0000"));
  }

  @Test
  void aSingleJoinTokenBelongsToTheFirstNodeThatComesWithIt() {
    Tokens.Created single =
        admin.createToken(
            new Tokens.Create(Tokens.Kind.JOIN, "pool", null, List.of(), true, null, null));
    ControllerClient joiner = admin.withToken(single.token());
    joiner.register(ScriptedAgent.registration("first"));
    joiner.register(ScriptedAgent.registration("first"));
    assertRefused(403, "another node", () -> joiner.register(ScriptedAgent.registration("second")));
    assertRefused(403, "only registers nodes", joiner::tokens);
    assertEquals("first", admin.tokens().tokens().getFirst().node());
    admin.revokeToken(single.id());
    assertRefused(
        401, "no longer good", () -> joiner.register(ScriptedAgent.registration("first")));
  }

  @Test
  void whoGuessesTokensIsHeldUpAndOthersAreNot() {
    ControllerClient guesser = admin.withToken("wrong-token-0123456789");
    int status = 401;
    for (int i = 0; i < 2_000 && status == 401; i++) {
      status = status(guesser::jobs);
    }
    assertEquals(429, status);
    admin.jobs();
  }

  private ControllerClient person(String name, Role role) {
    return admin.withToken(create(admin, name, role, List.of()).token());
  }

  private static Tokens.Created create(
      ControllerClient by, String name, Role role, List<String> projects) {
    return by.createToken(
        new Tokens.Create(Tokens.Kind.USER, name, role, projects, false, null, 3_600L));
  }

  private static Jobs.Definition of(String project) {
    Jobs.Definition d = TestJobs.frames(1);
    return new Jobs.Definition(
        d.template(),
        d.environments(),
        d.parameters(),
        d.templateFolder(),
        d.locations(),
        project,
        50,
        3);
  }

  private static int status(Executable call) {
    try {
      call.execute();
      return 200;
    } catch (ControllerException e) {
      return e.status();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static void assertRefused(int status, String part, Executable call) {
    var refusal = assertThrows(ControllerException.class, call);
    assertEquals(status, refusal.status(), refusal.sentence());
    assertTrue(refusal.sentence().contains(part), refusal.sentence());
  }
}
