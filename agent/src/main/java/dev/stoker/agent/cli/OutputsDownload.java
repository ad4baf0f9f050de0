package dev.stoker.agent.cli;

import dev.stoker.controller.protocol.Jobs;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.fetch.FetchEngine;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.source.Sources;
import dev.stoker.io.sync.TreeFetch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Brings published files to a folder of this machine. Below it they lie as they do below what their
 * destinations have in common.
 */
final class OutputsDownload {
  /** As for any fetch: a terabyte over 100 Mbit/s. */
  private static final Duration LONGEST = Duration.ofDays(2);

  private final Context context;

  OutputsDownload(Context context) {
    this.context = context;
  }

  /** How it ended; {@code failures} are a sentence each. */
  record Result(long filesCopied, long filesUnchanged, long bytesCopied, List<String> failures) {}

  Result to(Path folder, List<Jobs.Output> outputs) {
    Map<String, List<AssetUri>> byFolder = new TreeMap<>();
    for (Jobs.Output output : outputs) {
      byFolder
          .computeIfAbsent(parent(output.destination()), ignored -> new ArrayList<>())
          .add(AssetUri.parse(output.destination()));
    }
    String common = common(List.copyOf(byFolder.keySet()));
    Map<String, String> environment = context.environment();
    long copied = 0;
    long unchanged = 0;
    long bytes = 0;
    List<String> failures = new ArrayList<>();
    try (HttpTransport transport =
        new HttpTransport(Engines.transport(context.settings(), environment))) {
      Sources sources = new Sources(transport, Engines.blob(context.settings(), environment));
      try (FetchEngine engine =
          new FetchEngine(sources::open, Engines.fetchOptions(context.settings()), new Metrics())) {
        for (Map.Entry<String, List<AssetUri>> each : byFolder.entrySet()) {
          Path to = below(folder, each.getKey().substring(common.length()));
          TreeFetch.Progress end =
              new TreeFetch(engine, sources::open, TreeFetch.Options.DEFAULT)
                  .copy(each.getValue(), to, Deadline.after(LONGEST));
          copied += end.filesDone();
          unchanged += end.filesUnchanged();
          bytes += end.bytesDone();
          end.failures().forEach(failure -> failures.add(String.valueOf(failure.getMessage())));
        }
      }
    }
    return new Result(copied, unchanged, bytes, failures);
  }

  /** The folder of a destination, with a slash at its end. */
  private static String parent(String destination) {
    return destination.substring(0, destination.lastIndexOf('/') + 1);
  }

  /** What folders have in common, with a slash at its end. */
  static String common(List<String> folders) {
    String common = folders.isEmpty() ? "" : folders.getFirst();
    for (String folder : folders) {
      while (!folder.startsWith(common)) {
        common = parent(common.substring(0, common.length() - 1));
      }
    }
    return common;
  }

  /** Where a relative folder lies, which must not lead out: destinations are what jobs said. */
  private static Path below(Path folder, String relative) {
    Path to = folder.resolve(relative).normalize();
    if (!to.startsWith(folder.normalize())) {
      throw CommandFailure.failed(
          "The output folder '%s' would lie outside %s; it is not downloaded."
              .formatted(relative, folder));
    }
    try {
      return Files.createDirectories(to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
