package dev.stoker.io.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.publish.Fence;
import dev.stoker.io.publish.OutputFile;
import dev.stoker.io.publish.OutputManifest;
import dev.stoker.io.publish.OutputPublisher;
import dev.stoker.io.publish.PublishOptions;
import dev.stoker.io.publish.Publishers;
import dev.stoker.io.publish.StagedOutput;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.Sources;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.testing.GaneshaCluster;
import dev.stoker.io.testing.NfsProxy;
import dev.stoker.io.testing.RingRead;
import dev.stoker.io.testing.Trials;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Suite F7: NFS servers that freeze, die, come back, forget handles, fetch from tape, lose what was
 * not committed, and do work without answering. Readers get the right bytes or a named error in
 * time; what is published is there once.
 */
@Timeout(600)
final class NfsFaultSuiteTest {
  private static final int LENGTH = 3_000_001;
  private static final int READERS = 8;

  private final Trials trials = new Trials("F7");
  private final byte[] content = new byte[LENGTH];
  private HttpTransport transport;
  private GaneshaCluster cluster;

  @TempDir private Path temp;

  private void start(int servers, Duration timeout) throws Exception {
    new Random(7).nextBytes(content);
    cluster = GaneshaCluster.start(servers);
    Files.write(cluster.root().resolve("f"), content);
    transport =
        new HttpTransport(TransportOptions.fromEnvironment(Map.of()).withRpcTimeout(timeout));
  }

  @AfterEach
  void stop() {
    if (transport != null) {
      transport.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private AssetSource open(String uri) {
    return new Sources(transport, BlobSettings.fromEnvironment(Map.of())).open(AssetUri.parse(uri));
  }

  private static Deadline within(int seconds) {
    return Deadline.after(Duration.ofSeconds(seconds));
  }

  /** Reads at random while a fault goes on. */
  private final class Load implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> readers = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicLong slowestNanos = new AtomicLong();

    Load(String uri) {
      Random seeds = trials.random();
      for (int i = 0; i < READERS; i++) {
        Random random = new Random(seeds.nextLong());
        readers.add(threads.submit(() -> read(uri, random)));
      }
    }

    private void read(String uri, Random random) {
      AssetSource source = open(uri);
      AssetInfo file = source.stat(new AssetPath("f"), within(30));
      while (!over.get()) {
        int offset = random.nextInt(LENGTH);
        int length = 1 + random.nextInt(LENGTH - offset);
        trials.trial();
        long start = System.nanoTime();
        try {
          byte[] got =
              RingRead.of(
                  source, file, new ByteRange(offset, length), ringBytes(random), within(30));
          if (!Arrays.equals(got, 0, length, content, offset, offset + length)) {
            trials.corrupt(length + " bytes from " + offset);
          }
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
          trials.lost(e.toString());
        } catch (InterruptedException e) {
          return;
        }
        slowestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
        reads.incrementAndGet();
      }
    }

    /** All sorts of rings, and a buffer that holds everything as often. */
    private int ringBytes(Random random) {
      return random.nextBoolean() ? LENGTH : 1 << (16 + random.nextInt(6));
    }

    void awaitReads(int more) {
      int wanted = reads.get() + more;
      long end = System.nanoTime() + 60_000_000_000L;
      while (reads.get() < wanted && System.nanoTime() < end) {
        LockSupport.parkNanos(1_000_000);
      }
      assertTrue(reads.get() >= wanted, "readers stand still");
    }

    @Override
    public void close() throws ExecutionException, TimeoutException {
      over.set(true);
      try {
        for (Future<?> reader : readers) {
          reader.get(60, TimeUnit.SECONDS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        threads.close();
      }
    }
  }

  @Test
  void killingAndFreezingServersOfAClusterReachesNoReader() throws Exception {
    start(3, Duration.ofSeconds(20));
    Load load = new Load(cluster.avere(""));
    try (load) {
      for (int i = 0; i < Trials.wanted(1); i++) {
        int victim = i % 3;
        load.awaitReads(100);
        cluster.kill(victim);
        load.awaitReads(200);
        cluster.restart(victim);
        load.awaitReads(100);
        cluster.freeze((victim + 1) % 3);
        load.awaitReads(200);
        cluster.thaw((victim + 1) % 3);
        load.awaitReads(100);
      }
    }
    System.out.printf(
        "F7: %d reads, the slowest %d ms%n", load.reads.get(), load.slowestNanos.get() / 1_000_000);
    trials.end();
  }

  @Test
  void aLoneServerMayFreezeForAWhileOrRestart() throws Exception {
    start(1, Duration.ofSeconds(20));
    try (Load load = new Load(cluster.nfs(""))) {
      for (int i = 0; i < Trials.wanted(1); i++) {
        load.awaitReads(50);
        cluster.freeze(0);
        LockSupport.parkNanos(1_500_000_000); // what is being tested is that time passes
        cluster.thaw(0);
        load.awaitReads(50);
        cluster.kill(0);
        cluster.restart(0);
        load.awaitReads(50);
      }
    }
    trials.end();
  }

  @Test
  void aFrozenServerFailsWhatWaitsForItByNameAfterTheConfiguredTime() throws Exception {
    start(1, Duration.ofSeconds(2));
    AssetSource source = open(cluster.nfs(""));
    AssetInfo file = source.stat(new AssetPath("f"), within(30));
    cluster.freeze(0);
    long start = System.nanoTime();
    ByteBuffer into = ByteBuffer.allocateDirect(LENGTH);
    ExecutionException read =
        assertThrows(
            ExecutionException.class,
            () ->
                source.read(file, file.wholeRange(), into, within(600)).get(60, TimeUnit.SECONDS));
    IoFailure stat =
        assertThrows(IoFailure.TimedOut.class, () -> source.stat(new AssetPath("f"), within(600)));
    IoFailure list =
        assertThrows(
            IoFailure.TimedOut.class, () -> source.list(AssetPath.ROOT, within(600), info -> {}));
    for (Throwable failure : List.of(read.getCause(), stat, list)) {
      trials.trial();
      assertEquals(IoFailure.TimedOut.class, failure.getClass(), failure.toString());
      assertTrue(failure.getMessage().contains(cluster.address(0)), failure.getMessage());
    }
    long seconds = (System.nanoTime() - start) / 1_000_000_000;
    assertTrue(seconds < 30, "three waits of 2 s took " + seconds + " s");
    trials.end();
  }

  @Test
  void staleHandlesTapesAndMissingAttributesGiveTheRightBytes() throws Exception {
    start(1, Duration.ofSeconds(20));
    try (NfsProxy proxy = NfsProxy.before(cluster, 0)) {
      AssetSource source = open(proxy.uri(cluster, ""));
      AssetInfo file = source.stat(new AssetPath("f"), within(30));
      expectContent(source, file, "untouched");
      AtomicInteger calls = new AtomicInteger();
      proxy.script(
          p ->
              p == NfsProxy.READ && calls.incrementAndGet() == 2
                  ? new NfsProxy.Refuse(NfsProxy.STALE)
                  : NfsProxy.PASS);
      expectContent(source, file, "stale once");
      proxy.script(p -> p == NfsProxy.READ ? new NfsProxy.Refuse(NfsProxy.STALE) : NfsProxy.PASS);
      ExecutionException thrown =
          assertThrows(ExecutionException.class, () -> expectContent(source, file, "stale"));
      assertEquals(IoFailure.Changed.class, thrown.getCause().getClass(), thrown.toString());
      AtomicInteger tape = new AtomicInteger();
      proxy.script(
          p ->
              tape.incrementAndGet() % 3 != 0
                  ? new NfsProxy.Refuse(NfsProxy.JUKEBOX)
                  : NfsProxy.PASS);
      expectContent(source, source.stat(new AssetPath("f"), within(30)), "jukebox");
      proxy.script(
          p ->
              p == NfsProxy.READ
                  ? new NfsProxy.Change(NfsProxy::withoutReadAttributes)
                  : NfsProxy.PASS);
      expectContent(source, file, "no attributes");
      proxy.fragments(1_000);
      expectContent(source, file, "fragments");
      proxy.script(
          p -> p == NfsProxy.READDIRPLUS ? new NfsProxy.Refuse(NfsProxy.NOTSUPP) : NfsProxy.PASS);
      List<String> names = new ArrayList<>();
      source.list(AssetPath.ROOT, within(30), info -> names.add(info.path().value()));
      assertEquals(List.of("f"), names, "READDIR and LOOKUP in place of READDIRPLUS");
      AtomicInteger lost = new AtomicInteger();
      proxy.script(
          p ->
              p == NfsProxy.READ && lost.incrementAndGet() % 4 == 0 && lost.get() < 13
                  ? NfsProxy.LOSE_ANSWER
                  : NfsProxy.PASS);
      expectContent(source, file, "lost answers");
    }
    trials.end();
  }

  private void expectContent(AssetSource source, AssetInfo file, String what) throws Exception {
    for (int ringBytes : new int[] {LENGTH, 2 << 20}) {
      trials.trial();
      byte[] got = RingRead.of(source, file, file.wholeRange(), ringBytes, within(60));
      if (!Arrays.equals(got, content)) {
        trials.corrupt(what + ", through " + ringBytes + " bytes");
      }
    }
  }

  @Test
  void everyLostAnswerAndLostWriteLeavesOneCompleteOutput() throws Exception {
    start(1, Duration.ofSeconds(20));
    try (NfsProxy proxy = NfsProxy.before(cluster, 0);
        OutputPublisher publisher =
            Publishers.open(
                new dev.stoker.io.source.blob.BlobAccounts(
                    BlobSettings.fromEnvironment(Map.of()), transport),
                PublishOptions.defaults())) {
      int attempt = 0;
      for (int procedure :
          new int[] {
            NfsProxy.MKDIR,
            NfsProxy.CREATE,
            NfsProxy.WRITE,
            NfsProxy.COMMIT,
            NfsProxy.LINK,
            NfsProxy.RENAME,
            NfsProxy.REMOVE
          }) {
        for (int nth = 1; nth <= 3; nth++) {
          publish(publisher, proxy, ++attempt, losing(procedure, nth));
        }
      }
      publish(publisher, proxy, ++attempt, forgetting(NfsProxy.WRITE));
      publish(publisher, proxy, ++attempt, forgetting(NfsProxy.COMMIT));
      AtomicInteger tape = new AtomicInteger();
      publish(
          publisher,
          proxy,
          ++attempt,
          p ->
              (p == NfsProxy.WRITE || p == NfsProxy.COMMIT) && tape.incrementAndGet() < 3
                  ? new NfsProxy.Refuse(NfsProxy.JUKEBOX)
                  : NfsProxy.PASS);
    }
    trials.end();
  }

  /** The n-th call of a procedure is carried out and not answered. */
  private static NfsProxy.Script losing(int procedure, int nth) {
    AtomicInteger seen = new AtomicInteger();
    return p ->
        p == procedure && seen.incrementAndGet() == nth ? NfsProxy.LOSE_ANSWER : NfsProxy.PASS;
  }

  /** The server restarted, says the verifier. */
  private static NfsProxy.Script forgetting(int procedure) {
    AtomicBoolean once = new AtomicBoolean();
    return p ->
        p == procedure && once.compareAndSet(false, true)
            ? new NfsProxy.Change(NfsProxy::withOtherVerifier)
            : NfsProxy.PASS;
  }

  private void publish(
      OutputPublisher publisher, NfsProxy proxy, int number, NfsProxy.Script script)
      throws Exception {
    trials.trial();
    String name = "frame" + number + ".exr";
    Path frame = Files.write(temp.resolve(name), content);
    AssetUri destination = AssetUri.parse(proxy.uri(cluster, "out" + number + "/" + name));
    Fence fence = new Fence("task-" + number, 1);
    proxy.script(script);
    // A first attempt by somebody else, which the carry-out has to take away.
    Fence zombie = new Fence("task-" + number, 2);
    Path other = Files.write(temp.resolve("other"), new byte[] {1, 2, 3});
    publisher.stage(OutputFile.of(other), destination, zombie, within(60));
    StagedOutput staged = publisher.stage(OutputFile.of(frame), destination, fence, within(60));
    publisher.carryOut(new OutputManifest(fence, List.of(staged)), within(60));
    proxy.script(p -> NfsProxy.PASS);
    Path folder = cluster.root().resolve("out" + number);
    if (!Arrays.equals(content, Files.readAllBytes(folder.resolve(name)))) {
      trials.corrupt(name);
    }
    try (Stream<Path> all = Files.list(folder)) {
      List<String> left = all.map(path -> path.getFileName().toString()).toList();
      if (!left.equals(List.of(name))) {
        trials.doubled(left.toString());
      }
    }
  }
}
