package dev.stoker.benchmarks.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs a contestant once, by way of {@code measure.c}, which reads wait4(2)'s account of it. */
final class MeasuredRun {
  private static final int TIMEOUT_SECONDS = 600;
  private static final int TOLD_CHARACTERS = 2000;

  private final Path folder;
  private final @Nullable PageReserve reserve;

  /**
   * @param folder for the result and the log of a run
   * @param reserve is released right before the start
   */
  MeasuredRun(Path folder, @Nullable PageReserve reserve) {
    this.folder = folder;
    this.reserve = reserve;
  }

  Sample run(String contest, Contestant contestant) {
    Path result = folder.resolve("result");
    Path log = folder.resolve("log");
    List<String> command = new ArrayList<>();
    command.add(SourceTree.tool("measure"));
    command.add(result.toString());
    command.add(reserve == null ? "-" : reserve.file().toString());
    command.addAll(contestant.command());
    try {
      Files.deleteIfExists(result);
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      builder.environment().putAll(contestant.environment());
      Process process = builder.start();
      try {
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
          throw new IllegalStateException(
              contestant.name() + " took more than " + TIMEOUT_SECONDS + " s.");
        }
      } finally {
        process.destroyForcibly(); // measure's child ends with it
      }
      if (process.exitValue() != 0) {
        throw failure(contestant, "could not be measured", log);
      }
      String[] words = Files.readString(result).strip().split(" ", -1);
      if (!words[0].equals("0")) {
        throw failure(contestant, "ended with exit code " + words[0], log);
      }
      return new Sample(
          contest,
          contestant.name(),
          Long.parseLong(words[1]),
          (Long.parseLong(words[2]) + Long.parseLong(words[3])) * 1000,
          Long.parseLong(words[4]) << 10);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted while " + contestant.name() + " ran.", e);
    }
  }

  private static IllegalStateException failure(Contestant contestant, String what, Path log)
      throws IOException {
    String said = Files.readString(log);
    return new IllegalStateException(
        "%s %s; it said: %s"
            .formatted(
                contestant.name(),
                what,
                said.substring(0, Math.min(said.length(), TOLD_CHARACTERS))));
  }
}
