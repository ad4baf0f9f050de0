package dev.stoker.agent.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A demo that is ended early, by Ctrl-C or by kill -9, at any moment. */
class InterruptedDemoTest {
  /** On an idle machine that is from before the first line to the middle of the frames. */
  private static final int LONGEST_MILLIS = 10_000;

  /** Cannot end by itself while the test waits for it. */
  private static final int FRAMES = 240;

  @TempDir Path folder;

  /** What the launcher does, less the command line. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
      DemoOptions options =
          new DemoOptions(
              FRAMES,
              Path.of(args[0], "out"),
              Path.of(args[0], "data"),
              false,
              false,
              Renderer.POVRAY,
              10);
      PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
      try (Demo demo = new Demo(options, System.getenv(), out, false, "test")) {
        Runtime.getRuntime().addShutdownHook(new Thread(demo::close));
        demo.run();
      } catch (DemoFailure e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private Process start() throws IOException {
    List<String> command =
        List.of(
            "env",
            "--default-signal=INT", // A test run in the background has it ignored.
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            folder.toString());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("demo.log").toFile()))
        .start();
  }

  /** Whoever has our folder on its command line or as its working folder. */
  private List<String> left() throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process : processes.toList()) {
        if (process.getFileName().toString().chars().allMatch(Character::isDigit)) {
          String what = describe(process);
          if (what.contains(folder.toString())) {
            found.add(what);
          }
        }
      }
    }
    if (Files.readString(Path.of("/proc/mounts")).contains(folder.toString())) {
      found.add("a mount");
    }
    return found;
  }

  private static String describe(Path process) {
    try {
      return process.getFileName()
          + " "
          + Files.readString(process.resolve("cmdline")).replace('\0', ' ')
          + " in "
          + Files.readSymbolicLink(process.resolve("cwd"));
    } catch (IOException | java.io.UncheckedIOException e) {
      return ""; // It ended meanwhile, or it is a thread of the kernel.
    }
  }

  private void awaitNobody(Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!left().isEmpty() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(20_000_000);
    }
    assertEquals(List.of(), left(), () -> "see " + folder.resolve("demo.log"));
  }

  private static void waitFor(Process process, long millis) throws InterruptedException {
    // Not a wait for something: the moment of the signal is what the test varies.
    process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  @Test
  void controlCAtAnyMomentLeavesNoProcessAndNoMount() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 3; round++) {
      Process demo = start();
      try {
        waitFor(demo, random.nextInt(LONGEST_MILLIS));
        new ProcessBuilder("kill", "-INT", Long.toString(demo.pid())).start().waitFor();
        assertTrue(demo.waitFor(30, TimeUnit.SECONDS), "Ctrl-C did not end the demo.");
      } finally {
        demo.destroyForcibly();
      }
      awaitNobody(Duration.ofSeconds(1));
    }
  }

  @Test
  void theEmulatorDoesNotOutliveAKilledDemo() throws Exception {
    Process demo = start();
    try {
      Path blobs = folder.resolve("data/azurite/blobs");
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (!Files.exists(blobs) && demo.isAlive() && System.nanoTime() < deadline) {
        LockSupport.parkNanos(20_000_000);
      }
    } finally {
      demo.destroyForcibly().waitFor();
    }
    awaitNobody(Duration.ofSeconds(10));
  }
}
