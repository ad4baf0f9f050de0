package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.testing.FuseAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a renderer that reads through the mount notices when agent or I/O process are killed. */
@Timeout(180)
class MountedProcessesTest {
  private static final int LARGE = 40_000_000;

  private static final String READS_ON =
      """
      specificationVersion: jobtemplate-2023-09
      name: reads on
      parameterDefinitions:
        - {name: In, type: PATH, objectType: DIRECTORY, dataFlow: IN}
        - {name: Out, type: PATH, objectType: DIRECTORY, dataFlow: OUT}
        - {name: Signs, type: STRING}
      steps:
        - name: Read
          script:
            embeddedFiles:
              - name: Read
                type: TEXT
                data: |
                  exec 3<"$1/large.bin"
                  dd bs=1000000 count=1 <&3 >"$2/copy" 2>/dev/null
                  echo started >>"$3/started"
                  while [ ! -e "$3/gate" ]; do sleep 0.05; done
                  cat <&3 >>"$2/copy" || echo "reading broke" >>"$3/broken"
                  exit 0
            actions:
              onRun:
                command: sh
                args: ["{{Task.File.Read}}", "{{Param.In}}", "{{Param.Out}}", "{{Param.Signs}}"]
      """;

  @TempDir Path folder;
  private CommandRun stoker;
  private Path in;
  private Path out;
  private Path signs;

  @BeforeEach
  void write() throws IOException {
    FuseAccess.require();
    stoker = new CommandRun(folder);
    in = Files.createDirectory(folder.resolve("in"));
    out = Files.createDirectory(folder.resolve("out"));
    signs = Files.createDirectory(folder.resolve("signs"));
    byte[] content = new byte[LARGE];
    new Random(7).nextBytes(content);
    Files.write(in.resolve("large.bin"), content);
  }

  @Test
  void aReaderDoesNotNoticeThatTheAgentIsKilledAndTheNextAgentAdoptsIt() throws Exception {
    try (StokerProcess controller = start("controller", "--listen", "127.0.0.1:0");
        StokerProcess io = start("io");
        StokerProcess first = start("agent", "--controller", controller.ready())) {
      String job = submit(controller);
      await("it reads", () -> Files.exists(signs.resolve("started")));
      first.kill();
      try (StokerProcess second = start("agent", "--controller", controller.ready())) {
        Files.createFile(signs.resolve("gate"));
        assertEquals(0, watch(controller, job), () -> stoker.err() + stoker.out());
        assertEquals(1, Files.readAllLines(signs.resolve("started")).size(), "rendered once");
        assertFalse(Files.exists(signs.resolve("broken")));
        assertEquals(-1, Files.mismatch(in.resolve("large.bin"), out.resolve("copy")));
        assertEquals(0, second.stop(), second.log());
      }
      assertEquals(0, io.stop(), io.log());
    }
  }

  @Test
  void aKilledIoProcessEndsTheAttemptsThatReadThroughItAndTheyAreTriedAgain() throws Exception {
    try (StokerProcess controller = start("controller", "--listen", "127.0.0.1:0");
        StokerProcess io = start("io");
        StokerProcess agent = start("agent", "--controller", controller.ready())) {
      String job = submit(controller);
      await("it reads", () -> Files.exists(signs.resolve("started")));
      io.kill();
      Files.createFile(signs.resolve("gate")); // now it reads on, from a mount that is gone
      try (StokerProcess next = start("io")) {
        await("it is rendered", () -> Files.exists(out.resolve("copy")), agent);
        assertEquals(0, watch(controller, job), () -> stoker.err() + stoker.out());
        assertTrue(Files.readAllLines(signs.resolve("started")).size() > 1, "tried again");
        assertEquals(-1, Files.mismatch(in.resolve("large.bin"), out.resolve("copy")));
        stoker.run("job", "show", job, "--controller", controller.ready(), "--json");
        assertTrue(
            stoker.out().contains("NODE_FAULT") || agent.log().contains("NODE_FAULT"),
            () -> stoker.out());
        assertEquals(0, agent.stop(), agent.log());
        assertEquals(0, next.stop(), next.log());
      }
    }
  }

  private String submit(StokerProcess controller) throws IOException {
    Path template = Files.writeString(folder.resolve("reads.yaml"), READS_ON);
    int status =
        stoker.run(
            "submit",
            template.toString(),
            "-p",
            "In=" + in,
            "-p",
            "Out=" + out,
            "-p",
            "Signs=" + signs,
            "--location",
            "in=" + in + "/",
            "--output",
            "out=" + out + "/",
            "--controller",
            controller.ready());
    assertEquals(0, status, stoker.err());
    return stoker.out().strip();
  }

  private int watch(StokerProcess controller, String job) {
    return stoker.run("job", "watch", job, "--controller", controller.ready());
  }

  private StokerProcess start(String... arguments) throws Exception {
    return StokerProcess.start(
        folder,
        Stream.concat(Stream.of(arguments), Stream.of("--data", folder.resolve("data").toString()))
            .toArray(String[]::new));
  }

  private static void await(String what, BooleanSupplier condition, StokerProcess agent)
      throws IOException {
    try {
      await(what, condition);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + agent.log(), e);
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "never: " + what);
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
    }
  }
}
