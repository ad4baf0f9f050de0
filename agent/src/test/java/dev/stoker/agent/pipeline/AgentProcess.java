package dev.stoker.agent.pipeline;

import dev.stoker.agent.profile.RendererProfiles;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.io.publish.OutputPublisher;
import java.net.URI;
import java.nio.file.Path;

/** An agent in a process of its own, to be killed: {@code URL DATA NAME}. */
final class AgentProcess {
  private AgentProcess() {}

  public static void main(String[] arguments) throws Exception {
    try (ControllerClient client = new ControllerClient(URI.create(arguments[0]), null);
        OutputPublisher publisher = Publishing.toFiles();
        NodeAgent agent =
            new NodeAgent(
                AgentSettings.of(arguments[2], "test", Path.of(arguments[1])),
                client,
                new FolderIo(),
                publisher,
                RendererProfiles.load())) {
      agent.run(() -> System.out.println("ready"));
    }
  }
}
