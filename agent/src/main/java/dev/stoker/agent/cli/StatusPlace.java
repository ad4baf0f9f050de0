package dev.stoker.agent.cli;

import dev.stoker.agent.config.Settings;
import dev.stoker.agent.observe.NodeView;
import dev.stoker.agent.observe.StatusServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Supplier;

/** Where an agent shows itself: as configured, else on loopback if nobody else has that port. */
final class StatusPlace implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(StatusPlace.class.getName());

  /** One above the controller's. */
  private static final InetSocketAddress DEFAULT =
      InetSocketAddress.createUnresolved("127.0.0.1", 7421);

  private final StatusServer server;
  private final RecentTrouble trouble;

  private StatusPlace(StatusServer server, RecentTrouble trouble) {
    this.server = server;
    this.trouble = trouble;
  }

  /** Empty where it is shown nowhere. */
  static Optional<StatusPlace> show(
      Optional<Settings.StatusAddress> configured, Supplier<NodeView> view) {
    InetSocketAddress address = configured.isPresent() ? configured.get().address() : DEFAULT;
    if (address == null) {
      return Optional.empty();
    }
    RecentTrouble trouble = RecentTrouble.listen();
    try {
      StatusServer server = StatusServer.start(address, view, trouble::lines);
      LOG.log(
          System.Logger.Level.INFO,
          "This agent shows itself at http://{0}:{1}/.",
          address.getHostString(),
          "" + server.port());
      return Optional.of(new StatusPlace(server, trouble));
    } catch (IOException e) {
      trouble.close();
      if (configured.isPresent()) {
        throw CommandFailure.failed(
            "The agent cannot show itself at %s: %s; name another place with 'status' or --listen."
                .formatted(address, e.getMessage()));
      }
      LOG.log(System.Logger.Level.DEBUG, "The agent shows itself nowhere: {0}.", e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    server.close();
    trouble.close();
  }
}
