package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.protocol.Jobs;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.publish.Fence;
import dev.stoker.io.publish.OutputFile;
import dev.stoker.io.publish.OutputManifest;
import dev.stoker.io.publish.OutputPublisher;
import dev.stoker.io.publish.StagedOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class EarlyStagingTest extends AgentFarm {
  private final List<String> stagings = new CopyOnWriteArrayList<>();
  private final List<String> discarded = new CopyOnWriteArrayList<>();

  @Test
  void aFileIsStagedWhileItsTaskRendersAndAgainWhenItChangedAndWhatVanishedIsDropped()
      throws Exception {
    listen();
    startAgent();
    Path change = top.resolve("change");
    Path go = top.resolve("go");
    String job =
        submitTemplate(
            template(
                """
                mkdir -p {{Param.Out}}/beauty; echo one > {{Param.Out}}/beauty/a.exr; echo old > {{Param.Out}}/b.exr; echo temporary > {{Param.Out}}/c.tmp; \
                while [ ! -e %s ]; do sleep 0.05; done; echo newer > {{Param.Out}}/b.exr; rm {{Param.Out}}/c.tmp; \
                while [ ! -e %s ]; do sleep 0.05; done\
                """
                    .formatted(change, go)),
            Map.of("Out", "/mnt/show/out"));
    until(() -> stagings.containsAll(List.of("beauty/a.exr", "b.exr", "c.tmp")));
    assertEquals(List.of(), listed(show("out")).stream().filter(f -> f.contains(".")).toList());
    write(change, "");
    until(() -> stagings.stream().filter("b.exr"::equals).count() == 2);
    write(go, "");
    Jobs.Summary summary = awaitEnd(job);
    assertEquals(Jobs.State.SUCCEEDED, summary.state(), summary.message());
    assertEquals("one\n", Files.readString(show("out/beauty/a.exr")));
    assertEquals("newer\n", Files.readString(show("out/b.exr")));
    assertFalse(Files.exists(show("out/c.tmp")));
    assertEquals(1, stagings.stream().filter("beauty/a.exr"::equals).count());
    assertEquals(2, stagings.stream().filter("b.exr"::equals).count(), "not at the end once more");
    until(() -> !discarded.isEmpty());
    assertEquals(1, discarded.size(), discarded.toString());
    assertTrue(discarded.getFirst().endsWith("/c.tmp"));
    until(() -> !Files.exists(show("out/.stoker")));
  }

  @Test
  void aFileThatChangedAfterItsLastStagingIsStagedAtTheEnd() throws Exception {
    listen();
    startAgent();
    Path go = top.resolve("go");
    String job =
        submitTemplate(
            template(
                "echo first > {{Param.Out}}/f.exr; while [ ! -e %s ]; do sleep 0.05; done; echo final > {{Param.Out}}/f.exr"
                    .formatted(go)),
            Map.of("Out", "/mnt/show/out"));
    until(() -> !stagings.isEmpty());
    write(go, "");
    assertEquals(Jobs.State.SUCCEEDED, awaitEnd(job).state());
    assertEquals("final\n", Files.readString(show("out/f.exr")));
  }

  @Test
  void whatACanceledTaskHadStagedIsDropped() throws Exception {
    listen();
    startAgent();
    String job =
        submitTemplate(
            template("echo first > {{Param.Out}}/f.exr; exec sleep 300"),
            Map.of("Out", "/mnt/show/out"));
    until(() -> !stagings.isEmpty());
    client.cancel(job);
    assertEquals(Jobs.State.CANCELED, awaitEnd(job).state());
    until(() -> !Files.exists(show("out/.stoker")));
    assertFalse(Files.exists(show("out/f.exr")));
  }

  private static String template(String script) {
    return """
    specificationVersion: jobtemplate-2023-09
    name: shot
    parameterDefinitions:
      - {name: Out, type: PATH, objectType: DIRECTORY, dataFlow: OUT}
    steps:
      - name: Render
        script:
          actions:
            onRun: {command: sh, args: ['-c', '%s']}
    """
        .formatted(script);
  }

  /** Puts ears before the real publisher. */
  private void listen() throws IOException {
    OutputPublisher real = publisher;
    publisher =
        new OutputPublisher() {
          @Override
          public StagedOutput stage(
              OutputFile file, AssetUri destination, Fence fence, Deadline deadline) {
            StagedOutput staged = real.stage(file, destination, fence, deadline);
            stagings.add(file.path().value().substring("show/out/".length()));
            return staged;
          }

          @Override
          public void carryOut(OutputManifest manifest, Deadline deadline) {
            real.carryOut(manifest, deadline);
          }

          @Override
          public void discard(OutputManifest manifest, Deadline deadline) {
            manifest.outputs().forEach(output -> discarded.add(output.destination()));
            real.discard(manifest, deadline);
          }

          @Override
          public void close() {
            real.close();
          }
        };
  }
}
