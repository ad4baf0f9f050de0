package dev.stoker.agent.cli;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Nodes;
import dev.stoker.controller.protocol.Registration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code stoker node list}. */
@Command(name = "list", description = "List the nodes.", sortOptions = false)
final class NodeListCommand implements Callable<Integer> {
  private final Context context;

  NodeListCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    try (ControllerClient client = context.client()) {
      print(context, client.nodes());
      return 0;
    }
  }

  static void print(Context context, Nodes.Page page) {
    if (context.json()) {
      context.printJson(page);
      return;
    }
    Table table =
        new Table(
            "NODE", "STATE", "SLOTS", "CPUS", "MEMORY", "GPUS", "INPUTS", "LEASES", "RELEASE");
    for (Nodes.Node node : page.nodes()) {
      table.add(
          node.name(),
          node.problem() != null && node.state().equals("ready") ? "unwell" : node.state(),
          node.slots().size(),
          node.slots().stream().mapToInt(Registration.Slot::vcpus).sum(),
          ByteSize.format(node.slots().stream().mapToLong(Registration.Slot::memoryBytes).sum()),
          node.slots().stream().mapToInt(Registration.Slot::gpus).sum(),
          node.assets(),
          node.leases(),
          node.release());
    }
    table.print(context.out());
    for (Nodes.Node node : page.nodes()) {
      if (node.problem() != null) {
        context.out().println(node.name() + " takes no work: " + node.problem() + ".");
      }
    }
    context.out().flush();
  }
}
