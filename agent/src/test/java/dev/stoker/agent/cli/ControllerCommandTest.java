package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A controller as a process of its own, and what the commands of people say to it. */
class ControllerCommandTest {
  private static final String TEMPLATE =
      """
      specificationVersion: jobtemplate-2023-09
      name: Nothing to do
      steps:
        - name: Only
          script: {actions: {onRun: {command: "true"}}}
      """;

  @TempDir Path folder;
  private CommandRun stoker;

  @BeforeEach
  void writeTemplate() throws Exception {
    Files.writeString(folder.resolve("job.yaml"), TEMPLATE);
    stoker = new CommandRun(folder);
  }

  @Test
  void aJobCanBeSubmittedListedShownSuspendedAndCanceled() throws Exception {
    try (StokerProcess controller = controller()) {
      String url = controller.ready();
      assertEquals(0, stoker.run("submit", "job.yaml", "--controller", url), stoker.err());
      String job = stoker.out().strip();

      stoker.run("job", "list", "--controller", url);
      assertTrue(
          stoker.out().matches("(?s)JOB .*" + job + "  queued .*Nothing to do\n"), stoker.out());
      stoker.run("job", "show", job, "--controller", url);
      assertTrue(stoker.out().contains("Only"), stoker.out());
      stoker.run("job", "suspend", job, "--controller", url);
      assertEquals(job + " is suspended\n", stoker.out());
      stoker.run("job", "resume", job, "--controller", url);
      assertEquals(job + " is queued\n", stoker.out());
      stoker.run("job", "cancel", job, "--controller", url);
      assertEquals(job + " is canceled\n", stoker.out());
      assertEquals(1, stoker.run("job", "watch", job, "--controller", url));
      assertTrue(stoker.err().contains("Job " + job + " canceled"), stoker.err());
      stoker.run("job", "retry", job, "--controller", url);
      assertTrue(stoker.out().matches(job + " is (queued|running)\n"), stoker.out());
      stoker.run("--json", "job", "show", job, "--controller", url);
      assertTrue(stoker.out().contains("\"taskId\""), stoker.out());
      assertEquals(1, stoker.run("job", "show", "none", "--controller", url));
      assertEquals(1, stoker.err().lines().count(), stoker.err());
      assertEquals(0, stoker.run("node", "list", "--controller", url));
      assertEquals(0, controller.stop(), "SIGTERM is no failure");
    }
  }

  @Test
  void aWrongTokenIsOneSentence() throws Exception {
    Path right = Files.writeString(folder.resolve("right"), "a-token-of-enough-length");
    Path wrong = Files.writeString(folder.resolve("wrong"), "another-token-of-length");
    try (StokerProcess controller = controller("--token-file", right.toString())) {
      String[] with = {
        "submit", "job.yaml", "--controller", controller.ready(), "--token-file", ""
      };
      with[5] = wrong.toString();
      int withWrong = stoker.run(with);
      String said = stoker.err();
      with[5] = right.toString();
      assertAll(
          () -> assertEquals(1, withWrong),
          () -> assertEquals(1, said.lines().count(), said),
          () -> assertTrue(said.contains("token"), said),
          () -> assertEquals(0, stoker.run(with), stoker.err()));
    }
  }

  @Test
  void aControllerThatCannotListenSaysSoInOneSentence() throws Exception {
    assertEquals(1, stoker.run("controller", "--data", folder.toString(), "--listen", "0.0.0.0:0"));
    assertTrue(stoker.err().contains("without TLS and tokens"), stoker.err());
    assertEquals(1, stoker.err().lines().count(), stoker.err());
  }

  private StokerProcess controller(String... more) throws Exception {
    String[] arguments = new String[5 + more.length];
    System.arraycopy(
        new String[] {
          "controller", "--listen", "127.0.0.1:0", "--data", folder.resolve("data").toString()
        },
        0,
        arguments,
        0,
        5);
    System.arraycopy(more, 0, arguments, 5, more.length);
    return StokerProcess.start(folder, arguments);
  }
}
