package dev.stoker.benchmarks.peers;

import dev.stoker.benchmarks.azuresdk.EmulatorContainer;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.sync.TreeFetch;
import dev.stoker.io.testing.AzuriteServer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** B8: fetching a tree again of which nothing changed: one listing, and a look at each file. */
@Command(name = "b8", description = "re-fetch of an unchanged tree from Azurite")
final class UnchangedTree implements Callable<Void> {
  private static final String CONTAINER = "data";
  private static final long FILE_BYTES = 16 << 10;

  /** The first ones warm this process up, as a running agent is. */
  private static final int WARM_UP_FETCHES = 30;

  private static final int WARM_FETCHES = 30;
  private static final String START = "stoker --version (start-up)";

  @Mixin private RunOptions options = new RunOptions();

  @Option(names = "--files", description = "How many files (${DEFAULT-VALUE}).")
  private int files = 442;

  @Override
  public Void call() {
    try (Workplace place = Workplace.below(options.folder);
        AzuriteServer azurite = AzuriteServer.start()) {
      EmulatorContainer container = new EmulatorContainer(azurite.connectionString(), CONTAINER);
      Path original = place.newFolder("original");
      for (int i = 0; i < files; i++) {
        container.putWithMd5(
            "tree/" + fileName(i), Workplace.fill(original.resolve(fileName(i)), FILE_BYTES, i));
      }
      String uri = azurite.uri(CONTAINER) + "tree/";
      List<Sample> samples =
          new Contest("b8 " + files + " files", options, place)
              .run(contestants(azurite, uri, original, place.folder()));
      long bytes = files * FILE_BYTES;
      System.out.println(new Scores(samples, new Scores.Work("files", files), bytes).table());
      report(samples, warmMillis(azurite, uri, place.newFolder("copy-library")));
    }
    return null;
  }

  private List<Contestant> contestants(
      AzuriteServer azurite, String uri, Path original, Path folder) {
    Map<String, String> environment = Emulator.environment(azurite);
    Path ours = folder.resolve("copy-stoker");
    Path rclones = folder.resolve("copy-rclone");
    return List.of(
        new Contestant(
            "stoker fetch",
            List.of(options.launcher(), "fetch", uri, ours.toString()),
            environment,
            () -> {},
            everyByte -> requireSame(original, ours, everyByte)),
        new Contestant(
            START,
            List.of(options.launcher(), "--version"),
            environment,
            () -> {},
            everyByte -> {}),
        new Contestant(
            "rclone copy",
            Rclone.command(List.of("copy", "az:" + CONTAINER + "/tree", rclones.toString())),
            environment,
            () -> {},
            everyByte -> requireSame(original, rclones, everyByte)));
  }

  private static String fileName(int number) {
    return "texture_%04d.exr".formatted(number);
  }

  private void requireSame(Path original, Path copy, boolean everyByte) {
    for (int i = 0; i < files; i++) {
      Workplace.requireSame(original.resolve(fileName(i)), copy.resolve(fileName(i)), everyByte);
    }
  }

  /** What a running process needs, which has the connections and the compiled code. */
  private double warmMillis(AzuriteServer azurite, String uri, Path copy) {
    long[] nanos = new long[WARM_FETCHES];
    try (Library library = new Library(FetchOptions.defaults(), azurite.environment())) {
      for (int i = -WARM_UP_FETCHES; i < WARM_FETCHES; i++) {
        long start = System.nanoTime();
        TreeFetch.Progress end =
            new TreeFetch(library.engine(), library.sources()::open, TreeFetch.Options.DEFAULT)
                .copy(List.of(AssetUri.parse(uri)), copy, Library.soon());
        if (!end.failures().isEmpty() || end.filesDone() + end.filesUnchanged() != files) {
          throw new IllegalStateException("The fetch went wrong: " + end);
        }
        if (i >= 0) {
          nanos[i] = System.nanoTime() - start;
        }
      }
    }
    return new Latencies(nanos).percentileMillis(50);
  }

  private void report(List<Sample> samples, double warmMillis) {
    double fetch = millisOf(samples, "stoker fetch");
    double start = millisOf(samples, START);
    System.out.printf(
        "| %s | B8: re-fetch of an unchanged %d-file tree from Azurite | `benchmarks/peers b8` |"
            + " command %.0f ms, of which start-up %.0f ms, so %.0f ms over it; in a running process"
            + " %.1f ms; rclone %.0f ms | ≤ 100 ms over start-up, aim 20 ms in a running agent |%n",
        LocalDate.now(ZoneOffset.UTC),
        files,
        fetch,
        start,
        fetch - start,
        warmMillis,
        millisOf(samples, "rclone copy"));
  }

  private static double millisOf(List<Sample> samples, String contestant) {
    List<Sample> own = samples.stream().filter(s -> s.contestant().equals(contestant)).toList();
    return own.isEmpty() ? Double.NaN : Scores.median(own, Sample::wallNanos) / 1e6;
  }
}
