package dev.stoker.benchmarks.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Has contestants do one job by turns, in another order each round. */
final class Contest {
  private final String name;
  private final RunOptions options;
  private final Path folder;
  private final @Nullable PageReserve reserve;

  /**
   * @param name what is to be done, such as {@code b1 1 GiB}
   * @param workplace where the reserve and the logs go
   */
  Contest(String name, RunOptions options, Workplace workplace) {
    this.name = name;
    this.options = options;
    this.folder = workplace.folder();
    this.reserve =
        options.reserveBytes == 0
            ? null
            : new PageReserve(folder.resolve("reserve"), options.reserveBytes);
  }

  /** Runs all rounds; the samples of this call and of earlier ones into the same file. */
  List<Sample> run(List<Contestant> all) {
    List<Contestant> contestants =
        new ArrayList<>(all.stream().filter(one -> options.takesPart(one.name())).toList());
    if (contestants.isEmpty()) {
      throw new IllegalArgumentException(
          "--only leaves nobody of " + all.stream().map(Contestant::name).toList());
    }
    List<Sample> samples = new ArrayList<>(earlier());
    if (!options.noWarmUp) {
      contestants.forEach(one -> runOnce(one, true));
    }
    long seed = System.nanoTime();
    for (int round = 0; round < options.rounds; round++) {
      Collections.shuffle(contestants, new Random(seed + round));
      for (Contestant one : contestants) {
        Sample sample = runOnce(one, false);
        samples.add(sample);
        keep(sample);
      }
    }
    return samples;
  }

  private Sample runOnce(Contestant contestant, boolean everyByte) {
    contestant.prepare().run();
    settle();
    Sample sample = new MeasuredRun(folder, reserve).run(name, contestant);
    contestant.check().requireDone(everyByte);
    System.err.printf(
        "%s%s: %s %.3f s, %.3f CPU-s%n",
        name,
        everyByte ? " (warm-up, bytes compared)" : "",
        contestant.name(),
        sample.wallNanos() / 1e9,
        sample.cpuNanos() / 1e9);
    return sample;
  }

  /** What the last run left to be written must not slow the next one. */
  private void settle() {
    try {
      Process sync = new ProcessBuilder("sync", "-f", folder.toString()).inheritIO().start();
      if (sync.waitFor() != 0) {
        throw new IllegalStateException("sync failed on " + folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted while syncing.", e);
    }
    if (reserve != null) {
      reserve.fill();
    }
  }

  private List<Sample> earlier() {
    if (options.samples == null || !Files.exists(options.samples)) {
      return List.of();
    }
    try {
      return Files.readAllLines(options.samples).stream()
          .map(Sample::fromLine)
          .filter(sample -> sample.contest().equals(name))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void keep(Sample sample) {
    if (options.samples != null) {
      try {
        Files.writeString(
            options.samples,
            sample.toLine() + "\n",
            StandardCharsets.UTF_8,
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
