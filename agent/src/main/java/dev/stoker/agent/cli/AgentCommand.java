package dev.stoker.agent.cli;

import dev.stoker.agent.azure.AttestedDocument;
import dev.stoker.agent.azure.InstanceMetadata;
import dev.stoker.agent.config.Settings;
import dev.stoker.agent.lease.JoinProof;
import dev.stoker.agent.pipeline.NodeAgent;
import dev.stoker.agent.profile.RendererProfiles;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.io.daemon.IoClient;
import dev.stoker.io.daemon.NodeIo;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.publish.OutputPublisher;
import dev.stoker.io.publish.PublishOptions;
import dev.stoker.io.publish.Publishers;
import dev.stoker.io.source.blob.BlobAccounts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code stoker agent}: takes tasks and runs renderers. */
@Command(
    name = "agent",
    description = "Run the agent of this node; it needs 'stoker io' with the same --data.",
    sortOptions = false)
final class AgentCommand implements Callable<Integer> {
  private final Context context;

  AgentCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws InterruptedException {
    Logs.hearServices();
    Settings settings = context.settings();
    try (Shutdown shutdown = Shutdown.onSignals()) {
      IoClient io = shutdown.closing(new IoClient(Engines.ioFolder(settings)));
      io.cache(); // tells at once when there is no I/O process
      run(context, shutdown, settings.controller(), io, settings.controller().toString(), true);
    }
    return 0;
  }

  /**
   * Runs an agent until the process is told to end.
   *
   * @param alone whether the process is an agent and nothing else
   */
  static void run(
      Context context, Shutdown shutdown, URI controller, NodeIo io, String ready, boolean alone)
      throws InterruptedException {
    Settings settings = context.settings();
    Map<String, String> environment = context.environment();
    HttpTransport transport =
        shutdown.closing(new HttpTransport(Engines.transport(settings, environment)));
    OutputPublisher publisher =
        shutdown.closing(
            Publishers.open(
                new BlobAccounts(Engines.blob(settings, environment), transport),
                PublishOptions.defaults()));
    ControllerClient client =
        shutdown.closing(
            new ControllerClient(
                controller, settings.joinToken().orElse(null), context.trust(controller)));
    JoinProof proof =
        InstanceMetadata.find(settings.imds())
            .map(address -> shutdown.closing(new InstanceMetadata(address)))
            .<JoinProof>map(AttestedDocument::new)
            .orElse(JoinProof.NONE);
    NodeAgent agent;
    try {
      agent =
          new NodeAgent(
              Engines.agent(settings).withMachine(AzureMachine.read(settings, context)),
              client,
              proof,
              io,
              publisher,
              profiles(settings));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(String.valueOf(e.getMessage()));
    }
    shutdown.closing(agent);
    StatusPlace.show(settings.status(alone), agent::view).ifPresent(shutdown::closing);
    try (Evictions evictions = Evictions.watch(settings, agent)) {
      agent.run(
          () -> {
            evictions.start();
            context.ready(ready);
          });
    } catch (IOException e) {
      throw CommandFailure.failed("The agent cannot go on: " + e.getMessage());
    }
  }

  private static RendererProfiles profiles(Settings settings) {
    String folder = settings.file().profiles();
    try {
      return folder == null ? RendererProfiles.load() : RendererProfiles.load(Path.of(folder));
    } catch (UncheckedIOException e) {
      throw CommandFailure.usage(
          "Cannot read the folder %s that 'profiles' names: %s.".formatted(folder, e.getCause()));
    }
  }
}
