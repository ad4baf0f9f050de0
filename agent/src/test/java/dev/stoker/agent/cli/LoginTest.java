package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code login}, {@code logout} and {@code token}, with real controllers. */
class LoginTest {
  private static final String JOIN = "join-token-0123456789";
  private static final String ADMIN = "user-token-0123456789";

  @TempDir Path home;
  private ControllerServer server;
  private CommandRun stoker;
  private Path kept;
  private Path admin;

  @BeforeEach
  void start() throws Exception {
    server = controller("data");
    stoker = new CommandRun(home);
    kept = home.resolve(".config/stoker/login.json");
    admin = Files.writeString(home.resolve("admin"), ADMIN + "\n");
  }

  private ControllerServer controller(String folder) {
    return ControllerServer.start(
        new ControllerSettings(
            home.resolve(folder),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new ControllerSettings.Tokens(JOIN, ADMIN),
            null,
            false));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private int login(Path tokenFile) {
    return stoker.run(
        "login", "--controller", server.url().toString(), "--token-file", tokenFile.toString());
  }

  @Test
  void aLoginIsCheckedKeptForOneselfAndUsedFromThenOn() throws Exception {
    assertEquals(0, login(admin), stoker.err());
    assertEquals("admin at " + server.url() + ": admin of all projects\n", stoker.out());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)));
    assertEquals(0, stoker.run("job", "list"), stoker.err());

    assertEquals(
        0,
        stoker.run(
            "token", "create", "ann", "--role", "artist", "--project", "film-a", "--days", "90"),
        stoker.err());
    Path ann = Files.writeString(home.resolve("ann"), stoker.out());
    assertEquals(0, login(ann), stoker.err());
    assertTrue(
        stoker.out().matches("ann at .*: artist of film-a, until \\d{4}-\\d\\d-\\d\\d\n"),
        stoker.out());
    assertEquals(1, stoker.run("token", "list"));
    assertTrue(stoker.err().contains("Your token's role is artist"), stoker.err());

    stoker.run("token", "list", "--token-file", admin.toString());
    assertTrue(stoker.out().matches("(?s).*ann +artist +film-a +good.*"), stoker.out());
    assertFalse(stoker.out().contains(Files.readString(ann).strip()), stoker.out());
    String id = stoker.out().lines().toList().get(1).split(" ", 2)[0];
    assertEquals(0, stoker.run("token", "revoke", id, "--token-file", admin.toString()));
    assertTrue(stoker.out().contains("revoked"), stoker.out());
    assertEquals(1, stoker.run("job", "list"));
    assertTrue(stoker.err().contains("no longer good"), stoker.err());

    assertEquals(0, stoker.run("logout"));
    assertEquals("logged out\n", stoker.out());
    assertFalse(Files.exists(kept));
    stoker.run("logout");
    assertEquals("not logged in\n", stoker.out());
  }

  @Test
  void nothingIsKeptOfATokenThatIsWrongOrNotForPeople() throws Exception {
    Path wrong = Files.writeString(home.resolve("wrong"), "wrong-token-0123456789");
    assertEquals(1, login(wrong));
    assertTrue(stoker.err().contains("not known here"), stoker.err());
    Path join = Files.writeString(home.resolve("join"), JOIN);
    assertEquals(1, login(join));
    assertTrue(stoker.err().contains("That is a join token"), stoker.err());
    assertEquals(2, stoker.run("login", "--controller", server.url().toString()));
    assertTrue(stoker.err().contains("--token-file"), stoker.err());
    assertFalse(Files.exists(kept));
  }

  @Test
  void theTokenGoesToItsOwnControllerOnly() throws Exception {
    login(admin);
    try (ControllerServer other = controller("other")) {
      assertEquals(1, stoker.run("job", "list", "--controller", other.url().toString()));
      assertTrue(stoker.err().contains("asks for a token"), stoker.err());
      CommandRun elsewhere =
          new CommandRun(
              home, Map.of("HOME", home.toString(), "STOKER_CONTROLLER", other.url().toString()));
      assertEquals(1, elsewhere.run("job", "list"));
      elsewhere.run(
          "login", "--controller", server.url().toString(), "--token-file", admin.toString());
      assertTrue(elsewhere.err().contains("wins over this login"), elsewhere.err());
    }
  }

  @Test
  void aLoginThatOthersMayReadIsRefused() throws Exception {
    login(admin);
    Files.setPosixFilePermissions(kept, PosixFilePermissions.fromString("rw-r--r--"));
    assertEquals(2, stoker.run("job", "list"));
    assertTrue(stoker.err().contains("chmod 600"), stoker.err());
    assertEquals(0, login(admin), stoker.err());
    assertEquals(0, stoker.run("job", "list"), stoker.err());
  }

  @Test
  void aScaleSetsTokenIsShownAsSuch() throws Exception {
    login(admin);
    String set =
        "/subscriptions/8d10da13-8125-4ba9-a717-bf7490507b3d/resourceGroups/farm/providers"
            + "/Microsoft.Compute/virtualMachineScaleSets/render";
    assertEquals(
        0, stoker.run("token", "create", "spot", "--join", "--scale-set", set), stoker.err());
    stoker.run("token", "list");
    assertTrue(stoker.out().contains("any node of render"), stoker.out());
    List<String> lines = stoker.out().lines().toList();
    assertEquals(2, lines.size(), stoker.out());
  }
}
