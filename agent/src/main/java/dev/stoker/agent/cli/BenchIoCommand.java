package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.agent.config.TimeSpan;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.selftest.SelfTest;
import dev.stoker.io.selftest.SelfTestReport;
import dev.stoker.io.source.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoker bench io}. */
@Command(
    name = "io",
    description = {
      "Measure this node's cache disk, its cache, and the way to an origin; say what the bottleneck",
      "is. Writes SIZE bytes to the cache's disk and fetches as many at most; leaves nothing behind."
    },
    sortOptions = false)
final class BenchIoCommand implements Callable<Integer> {
  /** The file, and by way of the test's own cache a copy of it, and some air. */
  private static final int DISK_TIMES_SIZE = 3;

  private static final double MICROS_PER_MILLI = 1_000;

  private final Context context;

  @Parameters(
      arity = "0..1",
      paramLabel = "URI",
      description = "A file or tree to fetch from (else only disk and cache are measured).")
  private @Nullable String uri;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description = "A folder on the disk to test (else this node's cache folder).")
  private @Nullable Path folder;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      description = "How much to write and to fetch (${DEFAULT-VALUE}).")
  private String size = "256MiB";

  @Option(
      names = "--deadline",
      paramLabel = "TIME",
      description = "Give up after this long (${DEFAULT-VALUE}).")
  private String deadline = "5m";

  BenchIoCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    AssetUri origin =
        uri == null ? null : AssetUri.parse(CacheFolderOptions.absolute(context, uri));
    Path place =
        folder == null
            ? Engines.io(context.settings(), context.environment()).cacheDisks().getFirst().folder()
            : context.folder().resolve(folder);
    long bytes = ByteSize.parse("--size", size);
    requireRoom(place, bytes);
    FetchOptions options = Engines.fetchOptions(context.settings());
    try (HttpTransport transport =
        new HttpTransport(Engines.transport(context.settings(), context.environment()))) {
      Sources sources =
          new Sources(transport, Engines.blob(context.settings(), context.environment()));
      SelfTest test = new SelfTest(place, bytes, sources::open, options);
      report(test.run(origin, Deadline.after(TimeSpan.parse("--deadline", deadline))));
    }
    return 0;
  }

  private static void requireRoom(Path place, long bytes) {
    try {
      Files.createDirectories(place);
      long free = Files.getFileStore(place).getUsableSpace();
      if (free / DISK_TIMES_SIZE < bytes) {
        throw CommandFailure.failed(
            "The disk of %s has %s left, too little for a test of %s; choose a smaller --size."
                .formatted(place, ByteSize.format(free), ByteSize.format(bytes)));
      }
    } catch (IOException e) {
      throw new IoFailure.Disk("Cannot use " + place + ": " + e.getMessage(), e);
    }
  }

  private void report(SelfTestReport report) {
    if (context.json()) {
      context.printJson(report);
      return;
    }
    Table rates = new Table("WHAT", "HOW FAST");
    report
        .rates()
        .forEach(rate -> rates.add(rate.what(), ByteSize.format(rate.bytesPerSecond()) + "/s"));
    rates.print(context.out());
    context.out().println();
    Table latencies = new Table("READS FROM", "SIZE", "COUNT", "P50", "P95", "P99", "MAX");
    for (SelfTestReport.Latency tier : report.latencies()) {
      latencies.add(
          tier.tier(),
          tier.bytes() == 0 ? "requests" : ByteSize.format(tier.bytes()),
          tier.count(),
          time(tier.p50Micros()),
          time(tier.p95Micros()),
          time(tier.p99Micros()),
          time(tier.maxMicros()));
    }
    latencies.print(context.out());
    context.out().println();
    context.out().println(report.verdict());
  }

  private static String time(double micros) {
    return micros < MICROS_PER_MILLI
        ? String.format(Locale.ROOT, "%.0f us", micros)
        : String.format(Locale.ROOT, "%.1f ms", micros / MICROS_PER_MILLI);
  }
}
