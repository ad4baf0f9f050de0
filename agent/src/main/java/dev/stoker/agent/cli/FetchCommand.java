package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.CopyRequest;
import dev.stoker.io.daemon.NodeCache;
import dev.stoker.io.daemon.TransferReport;
import dev.stoker.io.fetch.FetchEngine;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.source.Sources;
import dev.stoker.io.sync.LocalLooks;
import dev.stoker.io.sync.TreeFetch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoker fetch}: copies files and trees from origins, as {@code cp} has it. */
@Command(
    name = "fetch",
    description = {
      "Copy files and trees from Blob, NFS, range servers or folders; what is unchanged is not copied.",
      "A file goes to DEST, or into it where it is a folder; a tree's contents go below DEST."
    },
    sortOptions = false)
final class FetchCommand implements Callable<Integer> {
  /** A terabyte over 100 Mbit/s. */
  private static final Duration LONGEST = Duration.ofDays(2);

  private static final int REDRAW_MILLIS = 500;

  private final Context context;

  @Parameters(arity = "1..*", paramLabel = "URI… DEST", description = "From where, and where to.")
  private List<String> operands = new ArrayList<>();

  @Option(names = "--sync", description = "Have every file on the disk before it gets its name.")
  private boolean durable;

  @Mixin private CacheFolderOptions cache = new CacheFolderOptions();

  FetchCommand(Context context) {
    this.context = context;
  }

  FetchCommand(Context context, List<String> operands, boolean durable) {
    this(context);
    this.operands = operands;
    this.durable = durable;
  }

  @Override
  public Integer call() {
    // Picocli's own arity would want them side by side, without an option in between.
    if (operands.size() < 2) {
      throw CommandFailure.usage(
          "To fetch %s, say where to, too: a file or folder.".formatted(operands));
    }
    if (cache.isGiven()) {
      return throughCache();
    }
    List<AssetUri> origins =
        operands.subList(0, operands.size() - 1).stream().map(AssetUri::parse).toList();
    Path destination = destination();
    Map<String, String> environment = context.environment();
    FetchOptions options = Engines.fetchOptions(context.settings());
    try (LocalLooks looks = looks(origins, destination);
        HttpTransport transport =
            new HttpTransport(Engines.transport(context.settings(), environment))) {
      Sources sources = new Sources(transport, Engines.blob(context.settings(), environment));
      try (FetchEngine engine = new FetchEngine(sources::open, options, new Metrics())) {
        TreeFetch fetch =
            new TreeFetch(
                engine,
                sources::open,
                new TreeFetch.Options(
                    durable,
                    TreeFetch.Options.DEFAULT.verifyMd5(),
                    TreeFetch.Options.DEFAULT.directWrites()));
        return report(watched(fetch, origins, destination, looks));
      }
    }
  }

  /** Begun for a tree while all that it takes to ask the origin is still being started. */
  private static LocalLooks looks(List<AssetUri> origins, Path destination) {
    LocalLooks looks = new LocalLooks(destination);
    if (origins.stream().anyMatch(AssetUri::namesTree)) {
      looks.begin();
    }
    return looks;
  }

  /** What is written with a slash at its end is a folder, there or not. */
  private Path destination() {
    String text = operands.getLast();
    Path destination = context.folder().resolve(text);
    if (text.endsWith("/")) {
      try {
        Files.createDirectories(destination);
      } catch (IOException e) {
        throw CommandFailure.failed("Cannot make the folder '%s': %s.".formatted(text, e));
      }
    }
    return destination;
  }

  private int throughCache() {
    CopyRequest request =
        new CopyRequest(
            "",
            operands.subList(0, operands.size() - 1).stream()
                .map(uri -> CacheFolderOptions.absolute(context, uri))
                .toList(),
            destination().toAbsolutePath().toString(),
            durable);
    TransferReport end;
    try (NodeCache node = cache.open(context);
        TransferBar bar = TransferBar.on(context, "Fetched")) {
      end =
          node.copy(
              request,
              Deadline.after(LONGEST),
              now ->
                  bar.show(now.bytesDone(), now.bytesTotal(), now.filesDone(), now.filesTotal()));
    }
    return report(
        new Copied(
            end.files(),
            end.filesDone(),
            end.filesUnchanged(),
            end.originBytes() + end.cachedBytes(),
            end.cachedBytes(),
            end.failures()));
  }

  private TreeFetch.Progress watched(
      TreeFetch fetch, List<AssetUri> origins, Path destination, LocalLooks looks) {
    try (TransferBar bar = TransferBar.on(context, "Fetched");
        ScheduledExecutorService ticker =
            Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("fetch-progress").daemon().factory())) {
      var ticking =
          ticker.scheduleAtFixedRate(
              () -> show(bar, fetch.progress()),
              REDRAW_MILLIS,
              REDRAW_MILLIS,
              TimeUnit.MILLISECONDS);
      try {
        return fetch.copy(origins, destination, looks, Deadline.after(LONGEST));
      } finally {
        ticking.cancel(false);
        show(bar, fetch.progress());
      }
    }
  }

  private static void show(TransferBar bar, TreeFetch.Progress now) {
    bar.show(now.bytesDone(), now.bytes(), now.filesDone() + now.filesUnchanged(), now.files());
  }

  private int report(TreeFetch.Progress end) {
    return report(
        new Copied(
            end.files(),
            end.filesDone(),
            end.filesUnchanged(),
            end.bytesDone(),
            0,
            end.failures().stream().map(IoFailure::getMessage).toList()));
  }

  /** How it ended, as {@code --json} prints it; {@code cachedBytes} were in the cache. */
  private record Copied(
      long files,
      long filesCopied,
      long filesUnchanged,
      long bytesCopied,
      long cachedBytes,
      List<String> failures) {}

  private int report(Copied end) {
    end.failures().forEach(failure -> context.err().println("stoker: " + failure));
    if (context.json()) {
      context.printJson(end);
    } else {
      context
          .out()
          .println(
              // Not formatted(), which loads a locale's symbols for each %d: 15 ms of a command.
              end.filesCopied()
                  + " files ("
                  + ByteSize.format(end.bytesCopied())
                  + ") fetched, "
                  + end.filesUnchanged()
                  + " were there already");
    }
    return end.failures().isEmpty() ? 0 : CommandFailure.FAILED;
  }
}
