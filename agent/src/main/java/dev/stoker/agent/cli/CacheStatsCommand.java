package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.io.daemon.CacheReport;
import dev.stoker.io.daemon.NodeCache;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code stoker cache stats}. */
@Command(
    name = "stats",
    description = "Show what this node's cache holds and how often it was hit.",
    sortOptions = false)
final class CacheStatsCommand implements Callable<Integer> {
  private static final double PERCENT = 100;

  private final Context context;

  @Mixin private CacheFolderOptions cache = new CacheFolderOptions();

  CacheStatsCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (NodeCache io = cache.open(context)) {
      CacheReport report = io.cache();
      if (context.json()) {
        context.printJson(report);
        return 0;
      }
      Table table = new Table("WHAT", "HOW MUCH");
      table.add("files", report.files());
      table.add(
          "on disk",
          ByteSize.format(report.bytes()) + " of " + ByteSize.format(report.ceilingBytes()));
      table.add("read and found", ByteSize.format(report.hitBytes()) + hitRate(report));
      table.add("read and fetched", ByteSize.format(report.missBytes()));
      table.add("sent by origins", ByteSize.format(report.originBytes()));
      table.add("grains that were damaged", report.corruptGrains());
      table.print(context.out());
      return 0;
    }
  }

  private static String hitRate(CacheReport report) {
    long wanted = report.hitBytes() + report.missBytes();
    return wanted == 0
        ? ""
        : String.format(Locale.ROOT, " (%.0f%%)", PERCENT * report.hitBytes() / wanted);
  }
}
