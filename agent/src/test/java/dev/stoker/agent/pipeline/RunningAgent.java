package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.agent.profile.RendererProfiles;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.io.daemon.NodeIo;
import dev.stoker.io.publish.OutputPublisher;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** An agent in this process and the thread that it runs on. Who starts it closes and joins it. */
record RunningAgent(NodeAgent agent, Thread thread) {

  /** Returns once it is ready. */
  static RunningAgent start(
      Path data, ControllerClient client, NodeIo io, OutputPublisher publisher)
      throws InterruptedException {
    return start(data, client, io, publisher, UnaryOperator.identity());
  }

  /** Returns once it is ready; {@code change} sets what differs from an agent's usual settings. */
  static RunningAgent start(
      Path data,
      ControllerClient client,
      NodeIo io,
      OutputPublisher publisher,
      UnaryOperator<AgentSettings> change)
      throws InterruptedException {
    NodeAgent agent =
        new NodeAgent(
            change.apply(
                AgentSettings.of("node-1", "test", data).withSessionIdle(Duration.ofMillis(500))),
            client,
            io,
            publisher,
            RendererProfiles.load());
    CountDownLatch ready = new CountDownLatch(1);
    Thread thread =
        Thread.ofPlatform()
            .name("agent")
            .start(
                () -> {
                  try {
                    agent.run(ready::countDown);
                  } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                  }
                });
    assertTrue(ready.await(20, TimeUnit.SECONDS));
    return new RunningAgent(agent, thread);
  }
}
