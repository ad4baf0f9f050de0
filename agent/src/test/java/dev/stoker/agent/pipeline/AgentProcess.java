package dev.stoker.agent.pipeline;

import dev.stoker.agent.launch.SessionBinding.JobUser;
import dev.stoker.agent.node.SlotLayout;
import dev.stoker.agent.node.SlotRule;
import dev.stoker.agent.profile.RendererProfiles;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.io.publish.OutputPublisher;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * An agent in a process of its own, to be killed: {@code URL DATA NAME}, and, for two slots, the
 * accounts that its sessions run as, by number.
 */
final class AgentProcess {
  private AgentProcess() {}

  public static void main(String[] arguments) throws Exception {
    try (ControllerClient client = new ControllerClient(URI.create(arguments[0]), null);
        OutputPublisher publisher = Publishing.toFiles();
        NodeAgent agent =
            new NodeAgent(
                settings(arguments), client, new FolderIo(), publisher, RendererProfiles.load())) {
      agent.run(() -> System.out.println("ready"));
    }
  }

  private static AgentSettings settings(String... arguments) {
    var settings = AgentSettings.of(arguments[2], "test", Path.of(arguments[1]));
    return arguments.length == 3
        ? settings
        : settings
            .withUsers(users(arguments))
            .withSlots(new SlotRule.Count(2), SlotLayout.Reserve.NONE);
  }

  private static List<JobUser> users(String... arguments) {
    return Arrays.stream(arguments)
        .skip(3)
        .map(Integer::valueOf)
        .map(number -> new JobUser(number, number, List.of(number)))
        .toList();
  }
}
