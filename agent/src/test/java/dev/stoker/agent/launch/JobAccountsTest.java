package dev.stoker.agent.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoker.agent.launch.SessionBinding.JobUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JobAccountsTest {
  /** Nobody's, and of no other test. */
  private static final List<JobUser> USERS =
      IntStream.of(78_001, 78_002, 78_003)
          .mapToObj(number -> new JobUser(number, number, List.of(number)))
          .toList();

  @BeforeEach
  void needsRoot() throws IOException {
    boolean root = "0".equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString());
    assertTrue(root || !"true".equals(System.getenv("CI")), "needs root");
    assumeTrue(root, "needs root to be other accounts");
  }

  @Test
  void noTwoSessionsHaveTheSameAccount() throws Exception {
    var accounts = new JobAccounts(USERS);
    List<JobUser> taken = new ArrayList<>();
    for (int i = 0; i < USERS.size(); i++) {
      taken.add(accounts.take());
    }
    assertEquals(USERS, taken);
    accounts.giveBack(taken.get(1));
    assertEquals(USERS.get(1), accounts.take());
  }

  @Test
  void nothingIsLeftOfASessionWhenItsAccountIsAnothers() throws Exception {
    var accounts = new JobAccounts(USERS);
    JobUser user = accounts.take();
    Process daemon =
        as(
            user,
            """
            ipcmk -M 4096 >/dev/null; ipcmk -S 1 >/dev/null
            mkdir -m 777 /tmp/stoker-left-1; touch /tmp/stoker-left-1/a /dev/shm/stoker-left-2
            mkdir /var/tmp/stoker-left-3; ln -s /etc /var/tmp/stoker-left-3/etc; chmod 0 /var/tmp/stoker-left-3
            (trap '' TERM HUP; while :; do sleep 1; done) & (trap '' TERM HUP; while :; do sleep 1; done) &
            echo left; wait
            """);
    assertEquals("left", daemon.inputReader().readLine());
    assertTrue(AccountRemains.processes(user.uid()).size() >= 3);
    assertTrue(hasIpc(user));

    accounts.giveBack(user);

    assertEquals(List.of(), AccountRemains.processes(user.uid()));
    assertTrue(daemon.waitFor(5, TimeUnit.SECONDS));
    assertFalse(hasIpc(user));
    for (String left :
        List.of("/tmp/stoker-left-1", "/dev/shm/stoker-left-2", "/var/tmp/stoker-left-3")) {
      assertFalse(Files.exists(Path.of(left)), left);
    }
    assertTrue(Files.exists(Path.of("/etc/passwd")), "a link was followed");
  }

  @Test
  void anAccountOfWhichSomethingStaysIsGivenToNobody() throws Exception {
    var accounts = new JobAccounts(USERS);
    JobUser user = accounts.take();
    Path file = Files.createTempFile("stoker-stays-", "");
    try {
      Files.setAttribute(file, "unix:uid", user.uid());
      int status = new ProcessBuilder("chattr", "+i", file.toString()).start().waitFor();
      assumeTrue(status == 0, "this file system keeps no immutable files");
      accounts.giveBack(user);
      List<JobUser> rest = List.of(accounts.take(), accounts.take());
      assertEquals(USERS.subList(1, 3), rest);
    } finally {
      assertEquals(0, new ProcessBuilder("chattr", "-i", file.toString()).start().waitFor());
      Files.delete(file);
    }
  }

  @Test
  void aSecondAgentCannotHaveAccountsOfTheFirst() throws Exception {
    try (var second = new JobAccounts(USERS.subList(1, 3))) {
      try (var first = new JobAccounts(USERS.subList(0, 2))) {
        first.reserve();
        IOException refused = assertThrows(IOException.class, second::reserve);
        assertEquals(
            "Another agent of this machine runs jobs as number 78002; give each agent accounts of"
                + " its own ('user' in the configuration).",
            refused.getMessage());
      }
      second.reserve();
    }
  }

  private static Process as(JobUser user, String script) throws IOException {
    return new ProcessBuilder(
            "setpriv",
            "--reuid=" + user.uid(),
            "--regid=" + user.gid(),
            "--clear-groups",
            "sh",
            "-c",
            script)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static boolean hasIpc(JobUser user) throws IOException {
    for (String table : List.of("shm", "sem")) {
      for (String line : Files.readAllLines(Path.of("/proc/sysvipc", table))) {
        if (List.of(line.strip().split("\\s+")).contains("" + user.uid())) {
          return true;
        }
      }
    }
    return false;
  }
}
