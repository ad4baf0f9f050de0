package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Jobs;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node whose way to the store is gone. */
class OriginAwayTest extends AgentFarm {
  @Test
  void aTaskWhoseOriginDoesNotAnswerGoesBackAtNoCostAndTheNodeSaysWhyItTakesNoMore()
      throws Exception {
    io.originsAnswer = false;
    startAgent();
    String job = submit(2, "command: sh\nargs: ['-c', 'true']\n");
    until(() -> client.nodes().nodes().getFirst().problem() != null);
    assertEquals(
        "an origin that its tasks need is away: " + show("").toUri() + " answered 503.",
        client.nodes().nodes().getFirst().problem());
    until(
        () ->
            client.tasks(job, null, 10).tasks().stream()
                .allMatch(task -> task.state() == Jobs.TaskState.READY));
    for (Jobs.Task task : client.tasks(job, null, 10).tasks()) {
      task.attempts().forEach(attempt -> assertEquals(Finish.Outcome.RETURNED, attempt.outcome()));
    }
    assertEquals(List.of(), io.requests, "nothing was fetched");
    assertTrue(
        client.tasks(job, null, 10).tasks().stream().anyMatch(task -> !task.attempts().isEmpty()));
  }
}
