package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.sync.Overwrite;
import dev.stoker.io.sync.PushProgress;
import dev.stoker.io.sync.PushRequest;
import dev.stoker.io.sync.PushSummary;
import dev.stoker.io.sync.TreePush;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoker push}: makes a destination hold what a local file or folder holds. */
@Command(
    name = "push",
    description = {
      "Push a file, or a folder's contents, to Blob, NFS or a folder; what is there already is not sent.",
      "A file gets the name that the URI gives, or goes into it when it ends in '/'."
    },
    sortOptions = false)
final class PushCommand implements Callable<Integer> {
  /** A terabyte over 100 Mbit/s. */
  private static final Duration LONGEST = Duration.ofDays(2);

  private final Context context;

  @Parameters(index = "0", paramLabel = "FILE|DIR", description = "What to push.")
  private Path source = Path.of("");

  @Parameters(index = "1", paramLabel = "URI", description = "Where to.")
  private String destination = "";

  @Option(
      names = "--overwrite",
      paramLabel = "changed|always|never",
      defaultValue = "changed",
      description = "What happens to files that are there (${DEFAULT-VALUE}).")
  private String overwrite = "changed";

  @Option(names = "--verify", description = "Compare only; exit 1 when something differs.")
  private boolean verify;

  @Option(names = "--create-container", description = "Create the container where there is none.")
  private boolean createContainer;

  PushCommand(Context context) {
    this.context = context;
  }

  PushCommand(
      Context context,
      Path source,
      String destination,
      String overwrite,
      boolean verify,
      boolean createContainer) {
    this(context);
    this.source = source;
    this.destination = destination;
    this.overwrite = overwrite;
    this.verify = verify;
    this.createContainer = createContainer;
  }

  @Override
  public Integer call() {
    PushRequest request =
        new PushRequest(
            context.folder().resolve(source),
            AssetUri.parse(destination),
            overwrite(),
            verify,
            createContainer);
    try (HttpTransport transport =
            new HttpTransport(Engines.transport(context.settings(), context.environment()));
        TransferBar bar = TransferBar.on(context, verify ? "Compared" : "Pushed")) {
      BlobAccounts accounts =
          new BlobAccounts(Engines.blob(context.settings(), context.environment()), transport);
      Consumer<PushProgress> progress =
          now -> bar.show(now.bytesDone(), now.bytesTotal(), now.filesDone(), now.filesTotal());
      return report(new TreePush(accounts).push(request, Deadline.after(LONGEST), progress), bar);
    }
  }

  private Overwrite overwrite() {
    return switch (overwrite) {
      case "changed" -> Overwrite.CHANGED;
      case "always" -> Overwrite.ALWAYS;
      case "never" -> Overwrite.NEVER;
      default ->
          throw CommandFailure.usage(
              "--overwrite is '%s'; allowed are changed, always and never.".formatted(overwrite));
    };
  }

  private int report(PushSummary summary, TransferBar bar) {
    bar.close();
    for (PushSummary.Note note : summary.skipped()) {
      context.err().println("Skipped " + note.path() + ": " + note.message());
    }
    for (PushSummary.Note note : summary.failures()) {
      context.err().println("Failed " + note.path() + ": " + note.message());
    }
    summary.missing().forEach(path -> context.err().println("Missing " + path));
    summary.different().forEach(path -> context.err().println("Different " + path));
    if (context.json()) {
      context.printJson(summary);
    } else {
      context.out().println(verify ? compared(summary) : pushed(summary));
    }
    return summary.complete() ? 0 : CommandFailure.FAILED;
  }

  private static String pushed(PushSummary summary) {
    return "%d files (%s) pushed, %d (%s) were there already"
        .formatted(
            summary.filesSent(),
            ByteSize.format(summary.bytesSent()),
            summary.filesUnchanged(),
            ByteSize.format(summary.bytesUnchanged()));
  }

  private static String compared(PushSummary summary) {
    return "%d files (%s) are equal, %d differ, %d are missing"
        .formatted(
            summary.filesUnchanged(),
            ByteSize.format(summary.bytesUnchanged()),
            summary.different().size(),
            summary.missing().size());
  }
}
