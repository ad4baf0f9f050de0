package dev.stoker.controller;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Wire;
import java.util.List;
import java.util.Map;

/** Jobs to submit. */
public final class TestJobs {
  private static final String SCRIPT =
      "\"script\": {\"actions\": {\"onRun\": {\"command\": \"blender\"}}}";

  private TestJobs() {}

  /** One step of so many frames. */
  public static Jobs.Definition frames(long frames) {
    return of(
        """
        {"specificationVersion": "jobtemplate-2023-09", "name": "Shot 7",
         "steps": [{"name": "Render", "parameterSpace": {"taskParameterDefinitions":
           [{"name": "Frame", "type": "INT", "range": "1-%d"}]}, %s}]}
        """
            .formatted(frames, SCRIPT));
  }

  /** Two frames, and a step that needs them. */
  public static Jobs.Definition framesThenEncode() {
    return of(
        """
        {"specificationVersion": "jobtemplate-2023-09", "name": "Shot 8",
         "steps": [
           {"name": "Encode", "dependencies": [{"dependsOn": "Render"}], %2$s},
           {"name": "Render", "parameterSpace": {"taskParameterDefinitions":
             [{"name": "Frame", "type": "INT", "range": "1-2"}]}, %2$s}]}
        """
            .formatted(2, SCRIPT));
  }

  /** One task that needs a GPU. */
  public static Jobs.Definition onGpu() {
    return of(
        """
        {"specificationVersion": "jobtemplate-2023-09", "name": "Sim",
         "steps": [{"name": "Simulate",
           "hostRequirements": {"amounts": [{"name": "amount.worker.gpu", "min": 1}]}, %s}]}
        """
            .formatted(SCRIPT));
  }

  public static Jobs.Definition of(String template) {
    return new Jobs.Definition(
        json(template),
        List.of(),
        Map.of(),
        "/shows/a",
        List.of(new Jobs.Location("show", "blob://studio/show/", List.of("/shows/a"), true)),
        "default",
        50,
        3);
  }

  static JsonNode json(String text) {
    try {
      return Wire.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
