package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.agent.config.TimeSpan;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.cache.CacheCheck;
import dev.stoker.io.daemon.NodeCache;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stoker cache verify}. */
@Command(
    name = "verify",
    description = {
      "Read the cache again and compare every grain with its checksum; damaged grains are dropped",
      "and fetched when they are wanted. Exit 1 when there were some."
    },
    sortOptions = false)
final class CacheVerifyCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private CacheFolderOptions cache = new CacheFolderOptions();

  @Parameters(arity = "0..*", paramLabel = "URI", description = "What to check (else everything).")
  private List<String> uris = new ArrayList<>();

  @Option(
      names = "--deadline",
      paramLabel = "TIME",
      description = "Give up after this long, such as 30m (${DEFAULT-VALUE}).")
  private String deadline = "1d";

  CacheVerifyCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    List<String> wanted =
        uris.stream().map(uri -> CacheFolderOptions.absolute(context, uri)).toList();
    Deadline end = Deadline.after(TimeSpan.parse("--deadline", deadline));
    CacheCheck check;
    try (NodeCache node = cache.open(context);
        TransferBar bar = TransferBar.on(context, "Checked")) {
      check =
          node.verify(
              wanted,
              end,
              now ->
                  bar.show(now.bytesDone(), now.bytesTotal(), now.filesDone(), now.filesTotal()));
    }
    return report(check);
  }

  private int report(CacheCheck check) {
    for (CacheCheck.Damage damage : check.damaged()) {
      context.err().println("Damaged %s (%d grains)".formatted(damage.asset(), damage.grains()));
    }
    if (check.uncheckedFiles() > 0) {
      context.err().println("%d files lie on a disk that failed".formatted(check.uncheckedFiles()));
    }
    if (context.json()) {
      context.printJson(check);
    } else {
      context
          .out()
          .println(
              "%d files (%s) checked, %d damaged grains dropped"
                  .formatted(check.files(), ByteSize.format(check.bytes()), check.damagedGrains()));
    }
    return check.damagedGrains() == 0 && check.uncheckedFiles() == 0 ? 0 : CommandFailure.FAILED;
  }
}
