package dev.stoker.agent.cli;

import dev.stoker.agent.config.Settings;
import dev.stoker.io.daemon.IoNode;
import dev.stoker.io.daemon.IoServer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code stoker io}: owns the cache and the connections to origins. */
@Command(
    name = "io",
    description = "Run the I/O process of this node: cache, origins, credentials.",
    sortOptions = false)
final class IoCommand implements Callable<Integer> {
  private final Context context;

  IoCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Logs.hearServices();
    try (Shutdown shutdown = Shutdown.onSignals()) {
      IoServer server = serve(context, shutdown, open(context, shutdown));
      context.ready(server.socket().toString());
      shutdown.await();
    }
    return 0;
  }

  static IoNode open(Context context, Shutdown shutdown) {
    return shutdown.opening(
        () -> IoNode.open(Engines.io(context.settings(), context.environment())));
  }

  static IoServer serve(Context context, Shutdown shutdown, IoNode node) {
    Settings settings = context.settings();
    return shutdown.opening(() -> IoServer.start(node, Engines.ioFolder(settings)));
  }
}
