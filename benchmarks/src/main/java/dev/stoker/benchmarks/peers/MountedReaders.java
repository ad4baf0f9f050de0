package dev.stoker.benchmarks.peers;

import dev.stoker.io.testing.NginxServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** B9 through a mount: the memory of {@code stoker mount} with 256 readers over 64 files. */
@Command(name = "b9-mount", description = "RSS of stoker mount with 256 readers over 64 files")
final class MountedReaders implements Callable<Void> {
  private static final int FILES = 64;
  private static final long FILE_BYTES = 1L << 30;
  private static final int READERS = 256;
  private static final int READ_BYTES = 128 << 10;

  /** A renderer reads on for a while, then elsewhere. */
  private static final int READS_IN_A_ROW = 128;

  @Mixin private RunOptions options = new RunOptions();

  @Option(names = "--memory", converter = ByteCount.class, description = "The ceiling (256m).")
  private long memoryBytes = 256L << 20;

  @Option(
      names = "--cache-size",
      converter = ByteCount.class,
      description = "Disk for the cache, much less than the files (4g).")
  private long cacheBytes = 4L << 30;

  @Option(names = "--seconds", description = "How long they read (${DEFAULT-VALUE}).")
  private int seconds = 10;

  @Override
  public Void call() {
    try (Workplace place = Workplace.below(options.folder);
        NginxServer server = NginxServer.start()) {
      for (int i = 0; i < FILES; i++) {
        Workplace.sparse(server.root().resolve("file" + i), FILE_BYTES);
      }
      long restBytes = 0;
      long peakBytes = 0;
      double rate = 0;
      for (int round = 0; round < options.rounds; round++) {
        restBytes = Math.max(restBytes, weigh(place, server, 0).rssBytes());
        Weighed weighed = weigh(place, server, READERS);
        peakBytes = Math.max(peakBytes, weighed.rssBytes());
        rate = Math.max(rate, weighed.bytesPerSecond());
      }
      System.out.printf(
          "| %s | B9 through a mount: RSS of `stoker mount` with %d readers over %d files of %s, %s"
              + " budget | `benchmarks/peers b9-mount` | peak %d MiB; at rest %d MiB, so the ceiling"
              + " is %d MiB; %.0f MB/s | ≤ --memory + rest |%n",
          LocalDate.now(ZoneOffset.UTC),
          READERS,
          FILES,
          ByteCount.say(FILE_BYTES),
          ByteCount.say(memoryBytes),
          peakBytes >> 20,
          restBytes >> 20,
          (restBytes + memoryBytes) >> 20,
          rate / 1e6);
    }
    return null;
  }

  /**
   * One run.
   *
   * @param rssBytes of the mount at its peak
   * @param bytesPerSecond that readers got
   */
  private record Weighed(long rssBytes, double bytesPerSecond) {}

  private Weighed weigh(Workplace place, NginxServer server, int readers) {
    Path folder = Workplace.remade(place.folder().resolve("mnt"));
    Path state = Workplace.remade(place.folder().resolve("state"));
    List<String> command =
        List.of(
            options.launcher(),
            "mount",
            server.url() + "/",
            folder.toString(),
            "--memory",
            Long.toString(memoryBytes),
            "--cache",
            state.resolve("cache").toString(),
            "--cache-size",
            Long.toString(cacheBytes),
            "--data",
            state.resolve("data").toString());
    try (MountedPeer peer =
        MountedPeer.start(command, folder, place.folder().resolve("mount.log"))) {
      LongAdder bytes = new LongAdder();
      long start = System.nanoTime();
      read(folder, readers, start + seconds * 1_000_000_000L, bytes);
      double rate = bytes.sum() * 1e9 / (System.nanoTime() - start);
      System.err.printf(
          "%d readers: %d MiB, %.0f MB/s, %.2f CPU-s%n",
          readers, peer.peakRssBytes() >> 20, rate / 1e6, peer.cpuNanos() / 1e9);
      return new Weighed(peer.peakRssBytes(), rate);
    } finally {
      Workplace.remove(state);
    }
  }

  private static void read(Path folder, int readers, long endNanos, LongAdder bytes) {
    if (readers == 0) {
      LinkClock.sleepUntil(endNanos);
      return;
    }
    // Platform threads: each waits in the kernel.
    try (ExecutorService threads = Executors.newFixedThreadPool(readers)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < readers; i++) {
        Path file = folder.resolve("file" + i % FILES);
        Random random = new Random(i);
        all.add(
            threads.submit(
                () -> {
                  readOn(file, random, endNanos, bytes);
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("A reader failed.", e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted while reading.", e);
    }
  }

  private static void readOn(Path path, Random random, long endNanos, LongAdder bytes)
      throws IOException {
    byte[] into = new byte[READ_BYTES];
    long stretch = (long) READ_BYTES * READS_IN_A_ROW;
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      while (System.nanoTime() < endNanos) {
        file.seek(random.nextLong(FILE_BYTES / stretch) * stretch);
        for (int i = 0; i < READS_IN_A_ROW && System.nanoTime() < endNanos; i++) {
          file.readFully(into);
          bytes.add(READ_BYTES);
        }
      }
    }
  }
}
