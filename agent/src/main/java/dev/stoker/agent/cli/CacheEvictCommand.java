package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.cache.CacheEviction;
import dev.stoker.io.daemon.NodeCache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoker cache evict}. */
@Command(
    name = "evict",
    description = {
      "Drop files, folders (ending in /) or patterns from the cache.",
      "What a running session holds stays and is named; exit 1 then."
    },
    sortOptions = false)
final class CacheEvictCommand implements Callable<Integer> {
  /** Deleting a million files takes minutes on a slow disk. */
  private static final Duration LONGEST = Duration.ofHours(1);

  private final Context context;

  @Mixin private CacheFolderOptions cache = new CacheFolderOptions();

  @Parameters(arity = "0..*", paramLabel = "URI", description = "What to drop.")
  private List<String> uris = new ArrayList<>();

  @Option(names = "--all", description = "Drop everything.")
  private boolean all;

  CacheEvictCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (all != uris.isEmpty()) {
      throw CommandFailure.usage("Name what to drop, or say --all; not both.");
    }
    List<String> wanted =
        uris.stream().map(uri -> CacheFolderOptions.absolute(context, uri)).toList();
    CacheEviction done;
    try (NodeCache node = cache.open(context)) {
      done = node.evict(wanted, Deadline.after(LONGEST));
    }
    done.kept().forEach(uri -> context.err().println("Kept " + uri + ": a session holds it"));
    if (context.json()) {
      context.printJson(done);
    } else {
      context
          .out()
          .println("%d files (%s) dropped".formatted(done.files(), ByteSize.format(done.bytes())));
    }
    return done.keptFiles() == 0 ? 0 : CommandFailure.FAILED;
  }
}
