package dev.stoker.agent.cli;

import dev.stoker.controller.api.ControllerServer;
import dev.stoker.io.daemon.IoNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code stoker dev}: everything in one process. */
@Command(
    name = "dev",
    description = "Run controller, I/O and one agent in this process.",
    sortOptions = false)
final class DevCommand implements Callable<Integer> {
  private final Context context;

  DevCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    Logs.hearServices();
    try (Shutdown shutdown = Shutdown.onSignals()) {
      ControllerServer controller =
          shutdown.closing(
              ControllerServer.start(ControllerCommand.settings(context.settings(), false)));
      IoNode io = IoCommand.open(context, shutdown);
      IoCommand.serve(context, shutdown, io); // for 'cache stats' and for tools
      AgentCommand.run(context, shutdown, controller.url(), io, controller.url().toString(), false);
    }
    return 0;
  }
}
