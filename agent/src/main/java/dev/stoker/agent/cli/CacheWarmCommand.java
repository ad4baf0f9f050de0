package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.agent.config.TimeSpan;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.daemon.NodeCache;
import dev.stoker.io.daemon.StageProgress;
import dev.stoker.io.daemon.TransferReport;
import dev.stoker.io.daemon.WarmRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoker cache warm}. */
@Command(
    name = "warm",
    description = {
      "Bring files, folders (ending in /) and patterns into the cache before anybody wants them.",
      "Patterns take *, **, [a-z] and {a,b}; quote them, or the shell takes them first."
    },
    sortOptions = false)
final class CacheWarmCommand implements Callable<Integer> {
  /** Keeps one message to the owner below a megabyte. */
  private static final int URIS_AT_ONCE = 5_000;

  private final Context context;

  @Mixin private CacheFolderOptions cache = new CacheFolderOptions();

  @Parameters(arity = "0..*", paramLabel = "URI", description = "What to bring.")
  private List<String> uris = new ArrayList<>();

  @Option(
      names = "--list",
      paramLabel = "FILE",
      description = "Take URIs from a file too, one a line; # begins a comment line.")
  private @Nullable Path list;

  @Option(
      names = "--project",
      paramLabel = "NAME",
      description = "Use that project's credentials (else the node's own).")
  private String project = "";

  @Option(
      names = "--deadline",
      paramLabel = "TIME",
      description = "Give up after this long, such as 30m (${DEFAULT-VALUE}).")
  private String deadline = "1d";

  CacheWarmCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    List<String> wanted = wanted();
    Duration patience = TimeSpan.parse("--deadline", deadline);
    Deadline end = Deadline.after(patience);
    TransferReport total = new TransferReport(0, 0, 0, 0, 0, 0, List.of());
    try (NodeCache node = cache.open(context);
        TransferBar bar = TransferBar.on(context, "Warmed")) {
      for (int from = 0; from < wanted.size(); from += URIS_AT_ONCE) {
        List<String> part = wanted.subList(from, Math.min(wanted.size(), from + URIS_AT_ONCE));
        total = total.plus(node.warm(new WarmRequest(project, part), end, shownBy(bar, total)));
      }
    }
    return report(total);
  }

  private static Consumer<StageProgress> shownBy(TransferBar bar, TransferReport before) {
    return now ->
        bar.show(
            before.originBytes() + before.cachedBytes() + now.bytesDone(),
            before.bytes() + now.bytesTotal(),
            before.filesDone() + now.filesDone(),
            before.files() + now.filesTotal());
  }

  private List<String> wanted() {
    List<String> wanted = new ArrayList<>(uris);
    if (list != null) {
      try {
        Files.readAllLines(context.folder().resolve(list)).stream()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .forEach(wanted::add);
      } catch (IOException e) {
        throw CommandFailure.failed("Cannot read the list %s: %s.".formatted(list, e.getMessage()));
      }
    }
    if (wanted.isEmpty()) {
      throw CommandFailure.usage("Nothing to warm: name URIs, or a --list of them.");
    }
    return wanted.stream().map(uri -> CacheFolderOptions.absolute(context, uri)).toList();
  }

  private int report(TransferReport end) {
    end.failures().forEach(failure -> context.err().println("stoker: " + failure));
    if (context.json()) {
      context.printJson(end);
    } else {
      context
          .out()
          .println(
              "%d of %d files are in the cache: %s came from their origins, %s were there"
                  .formatted(
                      end.filesDone(),
                      end.files(),
                      ByteSize.format(end.originBytes()),
                      ByteSize.format(end.cachedBytes())));
    }
    return end.failures().isEmpty() ? 0 : CommandFailure.FAILED;
  }
}
