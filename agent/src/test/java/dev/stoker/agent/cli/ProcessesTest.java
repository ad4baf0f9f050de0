package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Controller, I/O and agent as processes of their own, and a job that each machine can run. */
class ProcessesTest {
  private static final Path ROOT = Path.of(System.getProperty("stoker.root"));

  @TempDir Path folder;
  private CommandRun stoker;
  private Path letters;
  private Path out;

  @BeforeEach
  void writeLetters() throws IOException {
    stoker = new CommandRun(folder);
    letters = Files.createDirectory(folder.resolve("letters"));
    out = Files.createDirectory(folder.resolve("out"));
    Files.writeString(letters.resolve("a.txt"), "alpha\n");
    Files.writeString(letters.resolve("b.txt"), "beta\n");
  }

  @Test
  void separateProcessesRenderAJobAndPublishEachOutputOnce() throws Exception {
    try (StokerProcess controller = start("controller", "--listen", "127.0.0.1:0");
        StokerProcess io = start("io");
        StokerProcess agent = start("agent", "--controller", controller.ready())) {
      assertEquals(0, submit(controller, example(), "--watch"), stoker.err());
      String job = stoker.err().lines().findFirst().orElseThrow().replace("Submitted ", "");

      assertAll(
          () -> assertEquals(job + " succeeded, 4/4 tasks done\n", stoker.out()),
          () -> assertTrue(stoker.err().contains("4 of 4 tasks done"), stoker.err()),
          () ->
              assertEquals(
                  List.of("letters.1.txt", "letters.2.txt", "letters.3.txt", "letters.4.txt"),
                  published()),
          () ->
              assertEquals(
                  "frame 3\nalpha\nbeta\n", Files.readString(out.resolve("letters.3.txt"))));

      stoker.run("job", "outputs", job, "--controller", controller.ready());
      assertEquals(5, stoker.out().lines().count(), stoker.out());
      stoker.run("job", "logs", job, "--controller", controller.ready());
      assertTrue(stoker.out().contains("openjd_progress: 100"), stoker.out());
      stoker.run("node", "list", "--controller", controller.ready());
      assertTrue(stoker.out().contains("  ready  "), stoker.out());
      assertEquals(0, stoker.run("cache", "stats", "--data", data()), stoker.err());
      assertTrue(stoker.out().contains("files"), stoker.out());
      assertEquals(0, agent.stop(), agent.log());
      assertEquals(0, io.stop(), io.log());
      assertEquals(0, controller.stop(), controller.log());
    }
  }

  @Test
  void aKilledAgentsRendererIsAdoptedWithItsInputsThoughTheIoProcessStartsAnewToo()
      throws Exception {
    // What is mounted goes with the process that mounted it; what is staged stays.
    Files.writeString(folder.resolve("stoker.yaml"), "assets: stage\n");
    Path gate = folder.resolve("gate");
    Path started = folder.resolve("started");
    Path template =
        Files.writeString(
            folder.resolve("slow.yaml"),
            Files.readString(example())
                .replace(
                    "set -eu",
                    "set -eu; echo $3 >>%s; while [ ! -e %s ]; do sleep 0.05; done"
                        .formatted(started, gate)));
    try (StokerProcess controller = start("controller", "--listen", "127.0.0.1:0");
        StokerProcess io = start("io");
        StokerProcess first = start("agent", "--controller", controller.ready())) {
      assertEquals(0, submit(controller, template), stoker.err());
      String job = stoker.out().strip();
      await("the first task runs", () -> Files.exists(started));

      first.kill();
      assertEquals(0, io.stop(), io.log());
      // The renderer goes on, and so do its inputs: the next I/O process leaves them where they
      // are.
      try (StokerProcess nextIo = start("io");
          StokerProcess second = start("agent", "--controller", controller.ready())) {
        Files.createFile(gate);
        assertEquals(
            0,
            stoker.run("job", "watch", job, "--controller", controller.ready()),
            () -> stoker.err() + stoker.out());
        assertEquals(
            List.of("letters.1.txt", "letters.2.txt", "letters.3.txt", "letters.4.txt"),
            published());
        assertEquals(4, Files.readAllLines(started).size(), "each was rendered once");
        stoker.run("job", "outputs", job, "--controller", controller.ready());
        assertEquals(5, stoker.out().lines().count(), stoker.out());
        assertEquals(0, second.stop(), second.log());
        assertEquals(0, nextIo.stop(), nextIo.log());
      }
    }
  }

  @Test
  void devRunsEverythingInOneProcess() throws Exception {
    try (StokerProcess dev = start("dev", "--listen", "127.0.0.1:0")) {
      assertEquals(0, submit(dev, example(), "--watch", "--json"), stoker.err());
      assertTrue(stoker.out().contains("\"state\" : \"SUCCEEDED\""), stoker.out());
      assertEquals(4, published().size());
      assertEquals(0, stoker.run("cache", "stats", "--data", data()), stoker.err());
      assertEquals(0, dev.stop(), dev.log());
    }
  }

  @Test
  void anAgentWithoutAnIoProcessSaysWhatIsMissing() {
    assertEquals(1, stoker.run("agent", "--data", data()));
    assertTrue(stoker.err().contains("start 'stoker io'"), stoker.err());
    assertEquals(1, stoker.err().lines().count(), stoker.err());
  }

  private static Path example() {
    return ROOT.resolve("docs/examples/letters.yaml");
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private StokerProcess start(String... arguments) throws Exception {
    return StokerProcess.start(
        folder,
        Stream.concat(Stream.of(arguments), Stream.of("--data", data())).toArray(String[]::new));
  }

  private int submit(StokerProcess controller, Path template, String... more) {
    Stream<String> fixed =
        Stream.of(
            "submit",
            template.toString(),
            "-p",
            "Letters=" + letters,
            "-p",
            "Out=" + out,
            "--location",
            "letters=" + letters + "/",
            "--output",
            "out=" + out + "/",
            "--controller",
            controller.ready());
    return stoker.run(Stream.concat(fixed, Stream.of(more)).toArray(String[]::new));
  }

  private List<String> published() throws IOException {
    try (Stream<Path> files = Files.list(out)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "never: " + what);
      Thread.onSpinWait();
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
    }
  }
}
