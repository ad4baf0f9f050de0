package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.agent.node.CpuSet;
import dev.stoker.agent.node.Gpu;
import dev.stoker.agent.node.Topology;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.CacheReport;
import dev.stoker.io.daemon.MountState;
import dev.stoker.io.daemon.NodeIo;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeHealthTest {
  @TempDir Path data;
  private Instant now = Instant.parse("2026-06-01T12:00:00Z");
  private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);
  private volatile CountDownLatch gpusAnswer = new CountDownLatch(0);
  private boolean ioAnswers = true;
  private List<String> mounts = List.of();
  private AssetMode assets = AssetMode.AUTO;
  private MountState mount = MountState.none("/dev/fuse is not there");
  private final Set<String> awayOrigins = ConcurrentHashMap.newKeySet();
  private final AtomicInteger probes = new AtomicInteger();
  private Duration ahead = Duration.ZERO;
  private volatile Topology machine = machine(0, 0);

  private final NodeIo io =
      (NodeIo)
          Proxy.newProxyInstance(
              NodeIo.class.getClassLoader(),
              new Class<?>[] {NodeIo.class},
              (proxy, method, arguments) -> {
                if (!ioAnswers) {
                  throw new IoFailure.Canceled("No process listens.");
                }
                return switch (method.getName()) {
                  case "mounts" -> mounts;
                  case "mountState" -> mount;
                  case "probe" -> {
                    probes.incrementAndGet();
                    if (awayOrigins.contains(String.valueOf(arguments[0]))) {
                      throw new IoFailure.Unavailable(arguments[0] + " answered 503.", null);
                    }
                    yield null;
                  }
                  default -> new CacheReport(0, 0, 0, 0, 0, 0, 0);
                };
              });
  private final OriginWatch origins = new OriginWatch(io, clock);

  private NodeHealth health() {
    return new NodeHealth(
        data, io, assets, origins, machine, this::look, clock, () -> Optional.of(ahead));
  }

  private Topology look() {
    try {
      gpusAnswer.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return machine;
  }

  private static Topology machine(int gpus, long eccErrors) {
    List<Gpu> all =
        java.util.stream.IntStream.range(0, gpus)
            .mapToObj(
                i ->
                    new Gpu(
                        Gpu.Vendor.NVIDIA,
                        "GPU-" + i,
                        null,
                        "" + i,
                        0,
                        0,
                        CpuSet.EMPTY,
                        i,
                        List.of(),
                        List.of(),
                        new Gpu.Health(eccErrors, List.of())))
            .toList();
    return new Topology(
        CpuSet.of(0),
        CpuSet.of(0),
        Double.POSITIVE_INFINITY,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        all,
        0);
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  @Test
  void aHealthyNodeTakesWorkAndLeavesNoProbe() {
    assertEquals(Optional.empty(), health().problem());
    assertEquals(0, data.toFile().list().length);
  }

  @Test
  void aNodeThatMayOnlyMountWaitsForAMountAndOneThatMayStageDoesNot() {
    assertEquals(Optional.empty(), health().problem());
    assets = AssetMode.MOUNT;
    NodeHealth health = health();
    assertTrue(health.problem().orElseThrow().contains("/dev/fuse is not there"));
    mount = new MountState(data.toString(), "", 7);
    pass(Duration.ofSeconds(11));
    assertEquals(Optional.empty(), health.problem());
  }

  @Test
  void aNodeWithoutItsIoProcessWaitsForIt() {
    NodeHealth health = health();
    ioAnswers = false;
    assertEquals(
        "its I/O process does not answer: No process listens.", health.problem().orElseThrow());
    ioAnswers = true;
    pass(Duration.ofSeconds(11));
    assertEquals(Optional.empty(), health.problem());
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws Exception {
    Path file = Files.createFile(data.resolve("file"));
    NodeHealth health =
        new NodeHealth(file, io, assets, origins, machine, () -> machine, clock, Optional::empty);
    assertTrue(health.problem().orElseThrow().startsWith("its folder " + file));
  }

  @Test
  void aGpuThatVanishesOrCountsErrorsStopsTheNode() {
    machine = machine(2, 0);
    NodeHealth health = health();
    assertEquals(Optional.empty(), health.problem());
    machine = machine(1, 0);
    pass(Duration.ofSeconds(61));
    assertEquals("1 of its 2 GPUs answer", health.problem().orElseThrow());
    machine = machine(2, 4);
    pass(Duration.ofSeconds(61));
    assertEquals(
        "GPU GPU-0 counts memory errors that it cannot correct", health.problem().orElseThrow());
  }

  @Test
  void aGpuThatDoesNotAnswerStopsTheNodeAndHoldsNobodyUp() {
    machine = machine(1, 0);
    NodeHealth health = health();
    gpusAnswer = new CountDownLatch(1);
    pass(Duration.ofSeconds(61));
    assertEquals("its GPUs do not answer", health.problem().orElseThrow());
    assertEquals("its GPUs do not answer", health.known().orElseThrow());
    gpusAnswer.countDown();
    pass(Duration.ofSeconds(61));
    assertEquals(Optional.empty(), health.problem());
  }

  @Test
  void aClockOfAnotherAgeIsNotTrusted() {
    now = Instant.parse("1970-01-01T00:01:00Z");
    assertEquals("its clock says 1970-01-01T00:01:00Z", health().problem().orElseThrow());
  }

  @Test
  void aClockThatIsFarFromTheControllersStopsTheNode() {
    NodeHealth health = health();
    ahead = Duration.ofMinutes(-7);
    assertEquals("its clock is 7 minutes behind the controller's", health.problem().orElseThrow());
    ahead = Duration.ofMinutes(4);
    pass(Duration.ofSeconds(11));
    assertEquals(Optional.empty(), health.problem());
    ahead = Duration.ofMinutes(6);
    pass(Duration.ofSeconds(11));
    assertEquals(
        "its clock is 6 minutes ahead of the controller's", health.problem().orElseThrow());
  }

  private static OriginWatch.Origin origin(String uri) {
    return new OriginWatch.Origin(uri, "default");
  }

  @Test
  void anOriginThatIsAwayStopsTheNodeUntilItAnswersAndIsAskedSeldomWhileItDoes() throws Exception {
    NodeHealth health = health();
    List<OriginWatch.Origin> needed = List.of(origin("blob://studio/show/"));
    assertEquals(Optional.empty(), origins.trouble(needed));
    assertEquals(Optional.empty(), origins.trouble(needed));
    assertEquals(1, probes.get(), "the last answer is still good");
    awayOrigins.add("blob://studio/show/");
    health.failed("job", true);
    assertEquals(
        "blob://studio/show/ answered 503.", origins.trouble(needed).orElseThrow(), "in doubt");
    assertEquals(
        "an origin that its tasks need is away: blob://studio/show/ answered 503.",
        health.problem().orElseThrow());
    int asked = probes.get();
    assertTrue(health.problem().isPresent());
    assertEquals(asked, probes.get());
    awayOrigins.clear();
    pass(Duration.ofSeconds(11));
    assertEquals(Optional.empty(), health.problem());
    assertEquals(Optional.empty(), origins.trouble(needed));
  }

  @Test
  void anOriginThatStaysAwayIsTriedInEarnestAfterAWhileAndStopsNobodyElse() throws Exception {
    List<OriginWatch.Origin> needed = List.of(origin("blob://gone/"), origin("blob://here/"));
    awayOrigins.add("blob://gone/");
    assertTrue(origins.trouble(needed).isPresent());
    assertEquals(Optional.empty(), origins.trouble(List.of(origin("blob://here/"))));
    pass(OriginWatch.PATIENCE.minusSeconds(1));
    assertTrue(origins.trouble(needed).isPresent());
    pass(Duration.ofSeconds(2));
    assertEquals(Optional.empty(), origins.trouble(needed));
    assertEquals(Optional.empty(), origins.trouble());
    awayOrigins.clear();
    pass(Duration.ofSeconds(6));
    assertEquals(Optional.empty(), origins.trouble(needed));
    awayOrigins.add("blob://gone/");
    pass(Duration.ofSeconds(31));
    assertTrue(origins.trouble(needed).isPresent(), "its patience is whole again");
  }

  @Test
  void aMountThatCannotBeReadStopsTheNode() {
    NodeHealth health = health();
    mounts = List.of(data.toString());
    assertEquals(Optional.empty(), health.problem());
    mounts = List.of(data.toString(), data.resolve("gone").toString());
    pass(Duration.ofSeconds(11));
    assertTrue(
        health
            .problem()
            .orElseThrow()
            .startsWith("its mount " + data.resolve("gone") + " cannot be read: "));
  }

  @Test
  void threeFaultsOfItsOwnInARowTakeTheNodeOutAndASuccessForgivesThem() {
    NodeHealth health = health();
    health.failed("job", true);
    health.failed("job", true);
    health.succeeded();
    health.failed("job", true);
    health.failed("job", true);
    assertEquals(Optional.empty(), health.problem());
    health.failed("job", true);
    assertEquals(
        "3 attempts of 1 jobs failed here in a row; out of service for 10 minutes",
        health.problem().orElseThrow());
    pass(Duration.ofMinutes(11));
    assertEquals(Optional.empty(), health.problem(), "it tries once more");
    health.failed("job", true);
    assertTrue(health.problem().isPresent(), "and goes at once when that fails, too");
  }

  @Test
  void oneBadSceneIsNotTheNodesFaultButThreeAre() {
    NodeHealth health = health();
    for (int i = 0; i < 20; i++) {
      health.failed("bad scene", false);
    }
    assertEquals(Optional.empty(), health.problem());
    health.failed("another", false);
    assertEquals(Optional.empty(), health.problem());
    health.failed("a third", false);
    assertTrue(health.problem().isPresent());
  }
}
