package dev.stoker.agent.cli;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Nodes;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stoker node drain|resume}: changes a node and shows where all are now. */
@Command(sortOptions = false)
final class NodeDrainCommand implements Callable<Integer> {
  private final Context context;
  private final BiFunction<ControllerClient, String, Nodes.Page> change;

  @Parameters(paramLabel = "NODE", description = "The node's name.")
  private String name = "";

  NodeDrainCommand(Context context, BiFunction<ControllerClient, String, Nodes.Page> change) {
    this.context = context;
    this.change = change;
  }

  @Override
  public Integer call() {
    try (ControllerClient client = context.client()) {
      String id =
          client.nodes().nodes().stream()
              .filter(node -> node.name().equals(name) || node.nodeId().equals(name))
              .map(Nodes.Node::nodeId)
              .findFirst()
              .orElseThrow(
                  () ->
                      CommandFailure.failed(
                          "No node is called '%s'; 'stoker node list' shows them."
                              .formatted(name)));
      NodeListCommand.print(context, change.apply(client, id));
      return 0;
    }
  }
}
