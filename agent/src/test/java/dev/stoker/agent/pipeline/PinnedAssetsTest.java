package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.protocol.Finish.Cause;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Pins;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two nodes with caches of their own and one job, whose texture is replaced while it runs. */
@Timeout(180)
class PinnedAssetsTest {
  private static final byte[] OLD = "oak\n".getBytes(StandardCharsets.UTF_8);
  private static final byte[] NEW = "pine\n".getBytes(StandardCharsets.UTF_8);

  /** Reads what nobody declared, and goes on where it cannot, as renderers do. */
  private static final String RENDER =
      "cat \"$(dirname $1)/wood.txt\" > $2/frame.txt || echo black > $2/frame.txt";

  @TempDir Path top;
  private MountedFarm farm;

  @BeforeEach
  void start() throws Exception {
    farm = new MountedFarm(top);
    farm.serve("shot.scene", "scene".getBytes(StandardCharsets.UTF_8));
    farm.serve("wood.txt", OLD);
  }

  @AfterEach
  void stop() {
    farm.close();
  }

  private void replace(String name, byte[] content) throws Exception {
    farm.serve(name, content);
    // An ETag of nginx is of size and second: no test may end within the second it began in.
    Files.setLastModifiedTime(
        farm.nginx.root().resolve(name), FileTime.from(Instant.now().plus(Duration.ofMinutes(1))));
  }

  private String frame() throws Exception {
    return Files.readString(top.resolve("out/frame.txt"));
  }

  /** Renders the frame anew on a node that comes in place of another. */
  private void againElsewhere(MountedFarm.Node before, boolean mounts, String job)
      throws Exception {
    farm.stop(before);
    if (mounts) {
      farm.startNode("node-2");
    } else {
      farm.startStagingNode("node-2");
    }
    farm.client.retry(job, new Jobs.Retry(List.of(farm.task(job).taskId())));
    farm.awaitEnd(job);
  }

  @Test
  void aTextureThatChangedBetweenTwoNodesFailsTheSecondByItsNameUntilAPersonPinsItAnew()
      throws Exception {
    MountedFarm.Node first = farm.startNode("node-1");
    String job = farm.submit("shot.scene", RENDER);
    farm.assertSucceeds(job);
    assertEquals("oak\n", frame());
    List<Pins.Pin> pinned = farm.client.pins(job, 0, 10).pins();
    assertEquals(
        List.of("show/shot.scene", "show/wood.txt"),
        pinned.stream().map(Pins.Pin::name).sorted().toList());
    String old =
        pinned.stream()
            .filter(pin -> pin.name().equals("show/wood.txt"))
            .map(Pins.Pin::version)
            .findFirst()
            .orElseThrow();

    replace("wood.txt", NEW);
    againElsewhere(first, true, job);
    assertEquals(Jobs.State.FAILED, farm.client.job(job).state(), () -> farm.log(job));
    Jobs.Attempt refused = farm.task(job).attempts().getLast();
    assertEquals(Cause.ASSET_CHANGED, refused.cause(), refused.message());
    assertTrue(
        refused.message().contains("show/wood.txt (the job reads " + old), refused.message());
    assertTrue(refused.message().contains("met was etag:"), refused.message());
    assertTrue(refused.message().contains("stoker job retry --repin " + job), refused.message());
    assertEquals("oak\n", frame(), "nothing was published in its place");

    farm.client.retry(job, new Jobs.Retry(List.of(), true));
    farm.awaitEnd(job);
    assertEquals(Jobs.State.SUCCEEDED, farm.client.job(job).state(), () -> farm.log(job));
    assertEquals("pine\n", frame());
    assertFalse(
        farm.client.pins(job, 0, 10).pins().stream().anyMatch(pin -> pin.version().equals(old)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aDeclaredFileThatChangedFailsBeforeTheRendererStarts(boolean mounts) throws Exception {
    MountedFarm.Node first = farm.startNode("node-1");
    String job = farm.submit("shot.scene", "cat $1 > $2/frame.txt; echo started");
    farm.assertSucceeds(job);
    replace("shot.scene", NEW);
    againElsewhere(first, mounts, job);
    Jobs.Attempt refused = farm.task(job).attempts().getLast();
    assertEquals(Cause.ASSET_CHANGED, refused.cause(), refused.message());
    assertTrue(refused.message().contains("show/shot.scene"), refused.message());
    assertFalse(farm.log(job).contains("started"), farm.log(job));
  }

  @Test
  void aNodeWhosePinCameSecondDoesNotPublishWhatItRead() throws Exception {
    replace("wood.txt", NEW);
    Path gate = top.resolve("gate");
    farm.startNode("node-1");
    String job =
        farm.submit(
            "shot.scene",
            RENDER + "; touch " + gate + ".read; until [ -e " + gate + " ]; do sleep 0.05; done");
    Until.holds(
        Duration.ofSeconds(60),
        () -> Files.exists(Path.of(gate + ".read")),
        () -> "the renderer never read");
    // Another node's word came first: this one tells only when its task ends, or every 10 s.
    Jobs.Attempt running = farm.task(job).attempts().getLast();
    farm.client.pins(
        running.leaseId(),
        new Pins.Met(
            running.attempt(),
            farm.client.pins(job, 0, 1).generation(),
            List.of(new Pins.Pin("show/wood.txt", "etag:\"older\""))));
    Files.createFile(gate);
    assertEquals(Jobs.State.FAILED, farm.awaitEnd(job).state(), () -> farm.log(job));
    Jobs.Attempt lost = farm.task(job).attempts().getLast();
    assertEquals(Cause.ASSET_CHANGED, lost.cause(), lost.message());
    assertTrue(lost.message().contains("the job reads etag:\"older\""), lost.message());
    assertFalse(Files.exists(top.resolve("out/frame.txt")));
  }
}
