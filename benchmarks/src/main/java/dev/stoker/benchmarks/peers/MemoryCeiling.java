package dev.stoker.benchmarks.peers;

import dev.stoker.io.testing.NginxServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * B9: the memory of an I/O process with 256 readers over 64 files, and what a small ceiling costs.
 */
@Command(name = "b9", description = "RSS with 256 readers over 64 files of 1 GiB")
final class MemoryCeiling implements Callable<Void> {
  private static final int FILES = 64;
  private static final long FILE_BYTES = 1L << 30;
  private static final int READERS = 256;

  @Mixin private RunOptions options = new RunOptions();

  @Option(names = "--memory", converter = ByteCount.class, description = "The ceiling (256m).")
  private long memoryBytes = 256L << 20;

  @Option(
      names = "--plenty",
      converter = ByteCount.class,
      description = "The memory that its throughput is compared with (2g).")
  private long plentyBytes = 2L << 30;

  @Option(
      names = "--cache-size",
      converter = ByteCount.class,
      description = "Disk for the cache, much less than the files (4g).")
  private long cacheBytes = 4L << 30;

  @Option(names = "--seconds", description = "How long they read (${DEFAULT-VALUE}).")
  private int seconds = 10;

  @Override
  public Void call() {
    options.reserveBytes = 0;
    try (Workplace place = Workplace.below(options.folder);
        NginxServer server = NginxServer.start()) {
      for (int i = 0; i < FILES; i++) {
        Workplace.sparse(server.root().resolve("file" + i), FILE_BYTES);
      }
      MeasuredRun measure = new MeasuredRun(place.folder(), null);
      List<Weighed> rest = new ArrayList<>();
      List<Weighed> small = new ArrayList<>();
      List<Weighed> large = new ArrayList<>();
      for (int round = 0; round < options.rounds; round++) {
        rest.add(weigh(measure, place, server, "at rest", 0, memoryBytes));
        if (round % 2 == 0) {
          small.add(weigh(measure, place, server, "small", READERS, memoryBytes));
          large.add(weigh(measure, place, server, "large", READERS, plentyBytes));
        } else {
          large.add(weigh(measure, place, server, "large", READERS, plentyBytes));
          small.add(weigh(measure, place, server, "small", READERS, memoryBytes));
        }
      }
      report(rest, small, large);
    }
    return null;
  }

  /**
   * One run.
   *
   * @param rssBytes at its peak
   * @param bytesPerSecond that readers got
   */
  private record Weighed(long rssBytes, long bytesPerSecond) {}

  private void report(List<Weighed> rest, List<Weighed> small, List<Weighed> large) {
    long restBytes = median(rest.stream().mapToLong(Weighed::rssBytes).toArray());
    long peakBytes = small.stream().mapToLong(Weighed::rssBytes).max().orElseThrow();
    long smallRate = median(small.stream().mapToLong(Weighed::bytesPerSecond).toArray());
    long largeRate = median(large.stream().mapToLong(Weighed::bytesPerSecond).toArray());
    System.out.printf(
        "| %s | B9: RSS with %d readers over %d files of %s, %s budget | `benchmarks/peers b9` | peak"
            + " %d MiB; at rest %d MiB, so the ceiling is %d MiB; %.0f MB/s, %.0f %% of %.0f MB/s with"
            + " %s (whose peak is %d MiB) | ≤ --memory + rest, aim no loss above 10 %% |%n",
        LocalDate.now(ZoneOffset.UTC),
        READERS,
        FILES,
        ByteCount.say(FILE_BYTES),
        ByteCount.say(memoryBytes),
        peakBytes >> 20,
        restBytes >> 20,
        (restBytes + memoryBytes) >> 20,
        smallRate / 1e6,
        100.0 * smallRate / largeRate,
        largeRate / 1e6,
        ByteCount.say(plentyBytes),
        large.stream().mapToLong(Weighed::rssBytes).max().orElseThrow() >> 20);
  }

  private Weighed weigh(
      MeasuredRun measure,
      Workplace place,
      NginxServer server,
      String name,
      int readers,
      long bytes) {
    Path folder = Workplace.remade(place.folder().resolve("node"));
    Path result = place.folder().resolve("rate");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + SourceTree.root().resolve("deploy/dist/jvm.options"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ManyReaders.class.getName());
    command.addAll(
        List.of(
            server.url() + "/",
            Integer.toString(FILES),
            Integer.toString(readers),
            Integer.toString(seconds),
            Long.toString(bytes),
            Long.toString(cacheBytes),
            folder.toString(),
            result.toString()));
    Sample sample =
        measure.run("b9", new Contestant(name, command, Map.of(), () -> {}, everyByte -> {}));
    Workplace.remove(folder);
    try {
      long rate = Long.parseLong(Files.readString(result));
      System.out.printf(
          "%s: %d MiB, %.0f MB/s, %.2f CPU-s%n",
          name, sample.peakRssBytes() >> 20, rate / 1e6, sample.cpuNanos() / 1e9);
      return new Weighed(sample.peakRssBytes(), rate);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long median(long[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
