package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Nodes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A node that fails what others render, beside one that renders; as the controller sees it. */
class BlackHoleTest extends AgentFarm {
  private static final String TEMPLATE =
      """
      specificationVersion: jobtemplate-2023-09
      name: frames
      steps:
        - name: Render
          parameterSpace:
            taskParameterDefinitions: [{name: Frame, type: INT, range: 1-4}]
          script: {actions: {onRun: {command: sh, args: ['-c', 'test -z "$BROKEN" && sleep 0.5']}}}
      """;

  private static AgentSettings broken(AgentSettings as) {
    Map<String, String> variables = new HashMap<>(as.variables());
    variables.put("BROKEN", "yes");
    return new AgentSettings(
        "broken",
        as.release(),
        as.data(),
        as.slots(),
        as.reserve(),
        as.users(),
        as.attributes(),
        variables,
        as.sessionIdle(),
        as.stallAfter(),
        AssetMode.AUTO,
        Map.of(),
        as.limits());
  }

  private Nodes.Node node(String name) {
    return client.nodes().nodes().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aNodeThatFailsFramesOthersRenderTakesItselfOutAndSaysWhy() throws Exception {
    startAgent();
    RunningAgent broken =
        RunningAgent.start(top.resolve("broken"), client, io, publisher, BlackHoleTest::broken);
    try {
      List<String> jobs = new ArrayList<>();
      for (String key : List.of("a", "b", "c")) {
        jobs.add(submitTemplate(TEMPLATE, Map.of(), key, 3));
      }
      until(() -> node("broken").problem() != null);
      String problem = String.valueOf(node("broken").problem());
      assertTrue(
          problem.matches(
              "\\d+ attempts of 3 jobs failed here in a row; out of service for 10 minutes"),
          problem);
      for (String job : jobs) {
        assertEquals(Jobs.State.SUCCEEDED, awaitEnd(job).state(), client.job(job).message());
      }
      assertNull(node("node-1").problem());
    } finally {
      broken.agent().close();
      broken.thread().join();
    }
  }
}
