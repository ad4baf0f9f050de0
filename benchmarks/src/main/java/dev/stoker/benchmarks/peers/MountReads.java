package dev.stoker.benchmarks.peers;

import dev.stoker.io.testing.NginxServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Mounts of several kinds over the same nginx, and reads through them by {@code reads.c}. */
final class MountReads {
  static final String STOKER = "stoker";
  static final String STOKER_REPLIES = "stoker without passthrough";
  static final String RCLONE = "rclone mount";
  static final String RCLONE_CACHE = "rclone mount, full cache";
  static final String NATIVE = "native";
  static final List<String> MOUNTS = List.of(STOKER, STOKER_REPLIES, RCLONE, RCLONE_CACHE);

  private final RunOptions options;
  private final Workplace place;
  private final String kernelReadAhead;
  private final @Nullable PageReserve reserve;

  /**
   * @param kernelReadAhead of Stoker's mounts; empty for its own choice
   * @param reserve filled before each of {@link #eachMount} and released right before each read;
   *     null for none
   */
  MountReads(
      RunOptions options, Workplace place, String kernelReadAhead, @Nullable PageReserve reserve) {
    this.reserve = reserve;
    this.options = options;
    this.place = place;
    this.kernelReadAhead = kernelReadAhead;
  }

  /**
   * What one program read.
   *
   * @param cpuNanos of the reader and, where there is one, of the mount
   * @param medianNanos of one random read; 0 of a sequential one
   */
  record Reading(long bytes, long wallNanos, long cpuNanos, long medianNanos) {
    double mebibytesPerSecond() {
      return bytes / (double) (1 << 20) / (wallNanos / 1e9);
    }

    double cpuSecondsPerGibibyte() {
      return cpuNanos / 1e9 / (bytes / (double) (1 << 30));
    }
  }

  /** What is measured at a mount. */
  @FunctionalInterface
  interface Job {
    void run(String who, MountedPeer peer, Path folder);
  }

  /** Has each kind of mount do a job, with an empty cache, in another order each round. */
  void eachMount(String url, Job job) {
    List<String> order = new ArrayList<>(MOUNTS.stream().filter(options::takesPart).toList());
    Collections.shuffle(order, new Random(System.nanoTime()));
    for (String who : order) {
      if (reserve != null) {
        reserve.fill();
      }
      mounted(who, url, job);
    }
  }

  void mounted(String who, String url, Job job) {
    Path folder = Workplace.remade(place.folder().resolve("mnt"));
    Path state = Workplace.remade(place.folder().resolve("state"));
    try (MountedPeer peer =
        MountedPeer.start(
            command(who, url, folder, state), folder, place.folder().resolve("mount.log"))) {
      job.run(who, peer, folder);
    }
    Workplace.remove(state);
  }

  private List<String> command(String who, String url, Path folder, Path state) {
    if (who.startsWith("rclone")) {
      String mode = who.equals(RCLONE_CACHE) ? "full" : "off";
      return Rclone.command(
          List.of("mount", ":http:", folder.toString(), "--http-url", url),
          "--read-only",
          "--vfs-cache-mode",
          mode,
          "--cache-dir",
          state.toString());
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                options.launcher(),
                "mount",
                url + "/",
                folder.toString(),
                "--cache",
                state.resolve("cache").toString(),
                "--cache-size",
                "8GiB",
                "--data",
                state.resolve("data").toString()));
    if (who.equals(STOKER_REPLIES)) {
      command.add("--no-passthrough");
    }
    if (!kernelReadAhead.isEmpty()) {
      command.addAll(List.of("--kernel-read-ahead", kernelReadAhead));
    }
    return command;
  }

  /** Reads a file by a program of its own. */
  Reading read(@Nullable MountedPeer peer, Path file, String... how) {
    long before = peer == null ? 0 : peer.cpuNanos();
    List<String> command = new ArrayList<>();
    if (reserve != null) {
      command.addAll(List.of(SourceTree.tool("measure"), "/dev/null", reserve.file().toString()));
    }
    command.addAll(List.of(SourceTree.tool("reads"), file.toString()));
    command.addAll(List.of(how));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command + " failed.");
      }
      String[] words = said.strip().split(" ", -1);
      long reader = Long.parseLong(words[3]);
      return new Reading(
          Long.parseLong(words[0]),
          Long.parseLong(words[1]),
          reader + (peer == null ? 0 : peer.cpuNanos() - before),
          Long.parseLong(words[2]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted while reading.", e);
    }
  }

  /** A file of incompressible bytes that nginx serves. */
  static Path serve(NginxServer server, long bytes) {
    return Workplace.fill(server.root().resolve("file"), bytes, bytes);
  }

  /** Readings by who read, and what their medians are. */
  static final class Board {
    private final Map<String, List<Reading>> all = new LinkedHashMap<>();

    void add(String who, Reading reading) {
      all.computeIfAbsent(who, key -> new ArrayList<>()).add(reading);
      System.err.printf(
          "%s: %.0f MiB/s, %.2f CPU-s/GiB, %.1f µs%n",
          who,
          reading.mebibytesPerSecond(),
          reading.cpuSecondsPerGibibyte(),
          reading.medianNanos() / 1e3);
    }

    String say() {
      List<String> said = new ArrayList<>();
      all.forEach(
          (who, readings) -> {
            double rate =
                median(readings.stream().mapToDouble(Reading::mebibytesPerSecond).toArray());
            double cpu =
                median(readings.stream().mapToDouble(Reading::cpuSecondsPerGibibyte).toArray());
            double micros =
                median(readings.stream().mapToDouble(r -> r.medianNanos() / 1e3).toArray());
            said.add(
                micros > 0
                    ? "%s %.1f µs".formatted(who, micros)
                    : "%s %,.0f MiB/s at %.2f CPU-s/GiB".formatted(who, rate, cpu));
          });
      return String.join("; ", said);
    }

    private static double median(double[] values) {
      Arrays.sort(values);
      return values[values.length / 2];
    }
  }
}
