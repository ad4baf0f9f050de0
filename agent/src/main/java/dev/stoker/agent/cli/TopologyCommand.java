package dev.stoker.agent.cli;

import dev.stoker.agent.node.Host;
import dev.stoker.agent.node.SlotRule;
import dev.stoker.agent.node.Topology;
import dev.stoker.agent.node.view.TopologyDocument;
import dev.stoker.agent.node.view.TopologyDocument.AssetsEntry;
import dev.stoker.agent.node.view.TopologySvg;
import dev.stoker.agent.node.view.TopologyTable;
import dev.stoker.agent.pipeline.AssetAccess;
import dev.stoker.io.daemon.IoClient;
import dev.stoker.io.daemon.IoSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stoker topology}: what this or a recorded machine is made of, and its slots. */
@Command(
    name = "topology",
    description = "Show processors, caches, memory, GPUs, and the slots they are cut into.",
    sortOptions = false)
final class TopologyCommand implements Callable<Integer> {
  private final Context context;

  @Option(
      names = "--sysroot",
      paramLabel = "DIR",
      description = "Read a recorded machine: DIR has sys/ and proc/, or is a copy of /sys.")
  private @Nullable Path sysroot;

  @Option(
      names = "--slots",
      paramLabel = "RULE",
      description = "Cut it so: a number, auto, per-gpu, per-numa or per-l3 (else 'slots').")
  private @Nullable String slots;

  @Option(names = "--svg", description = "Print a picture.")
  private boolean svg;

  TopologyCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    TopologyDocument machine = read();
    if (context.json()) {
      context.printJson(machine);
    } else if (svg) {
      context.out().print(TopologySvg.of(machine));
    } else {
      TopologyTable.of(machine).forEach(context.out()::println);
    }
    context.out().flush();
    return 0;
  }

  private TopologyDocument read() {
    SlotRule rule =
        slots == null ? NodeSlots.rule(context.settings().file()) : NodeSlots.parse(slots);
    if (sysroot == null) {
      return TopologyDocument.of(
          Topology.read(),
          Host.read(Path.of("/")),
          rule,
          NodeSlots.reserve(context.settings().file()),
          azure(),
          assets());
    }
    Path root = context.folder().resolve(sysroot);
    if (!Files.isDirectory(root)) {
      throw CommandFailure.usage("There is no folder " + root + " to read a machine from.");
    }
    return TopologyDocument.of(
        Topology.read(root),
        Host.read(root),
        rule,
        NodeSlots.reserve(context.settings().file()),
        null,
        null);
  }

  /** Null where no I/O process runs that could tell. */
  private @Nullable AssetsEntry assets() {
    Path folder = Engines.ioFolder(context.settings());
    if (!IoSocket.isServed(folder)) {
      return null;
    }
    try (IoClient io = new IoClient(folder)) {
      return AssetAccess.of(Engines.assets(context.settings().file().assets()), io);
    }
  }

  private @Nullable Map<String, String> azure() {
    try {
      Map<String, String> machine = AzureMachine.read(context.settings(), context);
      return machine.isEmpty() ? null : machine;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
