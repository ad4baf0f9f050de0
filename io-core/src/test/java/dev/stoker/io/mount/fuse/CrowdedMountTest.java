package dev.stoker.io.mount.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.mount.AssetMount;
import dev.stoker.io.posix.Errno;
import dev.stoker.io.posix.PosixException;
import dev.stoker.io.posix.PosixFiles;
import dev.stoker.io.testing.FuseAccess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More requests than may wait, of a tree whose origin does not answer. */
@Timeout(60)
class CrowdedMountTest {
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final long THREAD_BYTES = 64 << 10;

  @TempDir Path folder;
  private final DeafTree tree = new DeafTree();
  private final List<Thread> askers = new ArrayList<>();
  private final ConcurrentLinkedQueue<Errno> answers = new ConcurrentLinkedQueue<>();
  private AssetMount mount;

  @BeforeEach
  void needFuse() {
    FuseAccess.require();
  }

  private void mount(Duration timeout, int mostWaiting) {
    mount =
        AssetMount.mount(
            folder,
            tree,
            new AssetMount.Settings(
                "test",
                true,
                false,
                128,
                new SessionOptions(2, timeout, 16 << 20, false, mostWaiting)));
  }

  @AfterEach
  void close() throws InterruptedException {
    tree.answers.countDown();
    for (Thread asker : askers) {
      asker.join(Duration.ofSeconds(20));
    }
    if (mount != null) {
      mount.close();
    }
  }

  /** Programs that look names up, each a thread's own name. */
  private void ask(int count, String prefix) {
    for (int i = 0; i < count; i++) {
      Path name = folder.resolve(prefix + askers.size());
      // Platform threads: the kernel holds them.
      Thread asker =
          new Thread(
              null,
              () -> {
                try {
                  var _ = PosixFiles.status(name);
                } catch (PosixException e) {
                  answers.add(e.errno());
                }
              },
              "asker",
              THREAD_BYTES);
      askers.add(asker);
      asker.start();
    }
  }

  private static void await(BooleanSupplier done) {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!done.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "waited 20 s");
      Thread.onSpinWait();
    }
  }

  @Test
  void whenAThousandLookupsWaitForTheOriginWhatIsAtHandIsAnsweredAllTheSame() throws Exception {
    mount(LONG, 1024);
    ask(1100, "deaf");
    await(() -> tree.begun.get() >= 1100 && tree.waiting.get() == 1024);
    long before = System.nanoTime();
    for (int i = 0; i < 10; i++) {
      assertTrue(Files.isDirectory(folder.resolve("here" + i)));
    }
    long took = System.nanoTime() - before;
    assertTrue(took < TimeUnit.SECONDS.toNanos(10), took + " ns");
    assertEquals(0, answers.size());
    tree.answers.countDown();
    await(() -> answers.size() == 1100);
    assertTrue(answers.stream().allMatch(Errno.ENOENT::equals), answers.toString());
  }

  @Test
  void whoFindsNoPlaceInTheLineIsRefusedAtOnceAndWhoStandsInItUntilHisDeadlineThen()
      throws Exception {
    mount(Duration.ofSeconds(3), 2);
    ask(2 * (1 + 8), "deaf");
    await(() -> tree.begun.get() >= 18);
    PosixException refused =
        assertThrows(PosixException.class, () -> PosixFiles.status(folder.resolve("deaf-more")));
    assertEquals(Errno.EIO, refused.errno());
    assertEquals(0, answers.size());
    await(() -> answers.size() == 16);
    assertTrue(answers.stream().allMatch(Errno.ETIMEDOUT::equals), answers.toString());
  }

  @Test
  void aRequestThatFailsLeavesItsPlaceToTheNext() throws Exception {
    mount(LONG, 1);
    for (int i = 0; i < 20; i++) {
      Path broken = folder.resolve("broken" + i);
      PosixException failed = assertThrows(PosixException.class, () -> PosixFiles.status(broken));
      assertEquals(Errno.EIO, failed.errno());
    }
    assertTrue(Files.isDirectory(folder.resolve("slow")));
  }

  /** Knows some names at once, some after a wait, and some only when it is told to answer. */
  private static final class DeafTree implements FileTree {
    final CountDownLatch answers = new CountDownLatch(1);
    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger ids = new AtomicInteger(100);

    @Override
    public NodeEntry lookup(Call call, long parent, String name) {
      if (name.startsWith("here")) {
        return folder();
      }
      if (!call.mayWait()) {
        begun.incrementAndGet();
        call.aboutToWait();
      }
      if (name.startsWith("broken")) {
        throw new IllegalStateException("as a fault of ours would be");
      }
      if (name.startsWith("deaf")) {
        waiting.incrementAndGet();
        try {
          boolean _ = answers.await(LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        throw TreeFailure.NO_ENTRY;
      }
      return folder();
    }

    private NodeEntry folder() {
      int id = ids.incrementAndGet();
      return new NodeEntry(id, 0, 0, status(id));
    }

    private static NodeStatus status(long id) {
      return new NodeStatus(id, NodeStatus.TYPE_FOLDER | 0555, 2, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public void forget(long node, long uses) {}

    @Override
    public NodeStatus status(Call call, long node) {
      return status(node);
    }

    @Override
    public OpenFile open(Call call, long node, int flags) {
      throw TreeFailure.IS_A_FOLDER;
    }

    @Override
    public OpenFolder openFolder(Call call, long node) {
      throw TreeFailure.UNSUPPORTED;
    }

    @Override
    public TreeSpace space(Call call) {
      return new TreeSpace(0, 0, 0, 0);
    }
  }
}
