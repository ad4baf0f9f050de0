package dev.stoker.agent.pipeline;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.posix.FolderWatch;
import dev.stoker.io.publish.Fence;
import dev.stoker.io.publish.OutputFile;
import dev.stoker.io.publish.OutputManifest;
import dev.stoker.io.publish.OutputPublisher;
import dev.stoker.io.publish.StagedOutput;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;

/**
 * Brings files that a renderer has finished to their destinations, unseen, while it goes on with
 * others: those that it says it saved, and those that were closed after writing. A hint only: at
 * the task's end every output is looked at, and one that changed since is staged again. Trouble
 * here is no failure; the end tries again.
 *
 * <p>One thread of its own; {@link #saved} may be called by any, {@link #take} and {@link #discard}
 * by the one that publishes.
 */
final class EarlyStaging {
  private static final Logger LOG = System.getLogger(EarlyStaging.class.getName());

  /** Programs that open a file again to write its header do so within milliseconds. */
  private static final Duration SETTLE = Duration.ofMillis(500);

  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  /** Of a task that ends sooner, nothing is staged early, and its end waits for nobody here. */
  private static final Duration FIRST_LOOK = Duration.ofSeconds(1);

  /** A file that changes after this many stagings is a log or a cache; it is staged at the end. */
  private static final int MOST_STAGINGS = 3;

  /** The kernel's clock for files ticks every 4 ms; what changed within is not told apart. */
  private static final long CLOCK_MILLIS = 20;

  private static final Duration DEADLINE = Duration.ofHours(1);
  private static final Duration DISCARD = Duration.ofMinutes(1);

  private final Path out;
  private final BiPredicate<Path, InputFolder.Stamp> isInput;
  private final LocationMap locations;
  private final Fence fence;
  private final OutputPublisher publisher;
  private final Queue<Path> saved = new ConcurrentLinkedQueue<>();
  private final Map<Path, Staged> staged = new ConcurrentHashMap<>();
  private final Map<Path, Noticed> noticed = new HashMap<>(); // of the thread
  private final Thread thread;
  private final CountDownLatch ended = new CountDownLatch(1);

  private record Staged(InputFolder.Stamp stamp, long startedMillis, StagedOutput output) {}

  private record Noticed(long atNanos, int stagings, boolean due) {}

  private EarlyStaging(
      Path out,
      BiPredicate<Path, InputFolder.Stamp> isInput,
      LocationMap locations,
      Fence fence,
      OutputPublisher publisher,
      String name) {
    this.out = out;
    this.isInput = isInput;
    this.locations = locations;
    this.fence = fence;
    this.publisher = publisher;
    this.thread = Thread.ofPlatform().name("early-" + name).daemon().unstarted(this::run);
  }

  /**
   * Starts to look.
   *
   * @param out the session's output folder
   * @param isInput whether a file there is an input that was copied and has not changed
   * @param name for its thread
   */
  static EarlyStaging begin(
      Path out,
      BiPredicate<Path, InputFolder.Stamp> isInput,
      LocationMap locations,
      Fence fence,
      OutputPublisher publisher,
      String name) {
    EarlyStaging early = new EarlyStaging(out, isInput, locations, fence, publisher, name);
    early.thread.start();
    return early;
  }

  /** The renderer says that it saved a file, by the path that it used. */
  void saved(String path) {
    Path absolute = Path.of(path).normalize();
    if (absolute.startsWith(out) && !absolute.equals(out)) {
      saved.add(out.relativize(absolute));
    }
  }

  /** Nothing more is begun; what is under way ends by itself. */
  void end() {
    ended.countDown();
  }

  /**
   * What lies staged of an output, if it is what the file now holds; blocks until what was under
   * way has ended.
   */
  Optional<StagedOutput> take(OutputFile file) throws InterruptedException {
    end();
    thread.join();
    Staged was = staged.get(Path.of(file.path().value()));
    if (was == null) {
      return Optional.empty();
    }
    try {
      InputFolder.Stamp now =
          InputFolder.Stamp.of(
              Files.readAttributes(
                  file.toLocalPath(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
      boolean tellsApart = now.modified().toMillis() + CLOCK_MILLIS < was.startedMillis();
      if (tellsApart && now.equals(was.stamp())) {
        staged.remove(Path.of(file.path().value()));
        return Optional.of(was.output());
      }
    } catch (IOException e) {
      // Staging it now will say what is wrong.
    }
    return Optional.empty();
  }

  /** Drops what was staged and not taken. */
  void discard() throws InterruptedException {
    end();
    thread.join();
    if (!staged.isEmpty()) {
      List<StagedOutput> rest = staged.values().stream().map(Staged::output).toList();
      staged.clear();
      publisher.discard(new OutputManifest(fence, rest), Deadline.after(DISCARD));
    }
  }

  private void run() {
    try {
      if (!ended.await(FIRST_LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.INFO, "Outputs in {0} are staged at their task's end: {1}", out, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean hasEnded() {
    return ended.getCount() == 0;
  }

  private void look() throws IOException {
    try (FolderWatch watch = FolderWatch.open(out)) {
      while (!hasEnded()) {
        watch.await(LOOK_EVERY).forEach(this::notice);
        for (Path path = saved.poll(); path != null; path = saved.poll()) {
          notice(path);
        }
        stageSettled();
      }
    }
  }

  private void notice(Path path) {
    noticed.compute(
        path,
        (same, before) ->
            new Noticed(System.nanoTime(), before == null ? 0 : before.stagings(), true));
  }

  private void stageSettled() {
    long now = System.nanoTime();
    List<Path> settled = new ArrayList<>();
    noticed.forEach(
        (path, notice) -> {
          // The more often it changed, the longer it is left alone.
          long patience = SETTLE.toNanos() << notice.stagings();
          if (notice.due()
              && notice.stagings() < MOST_STAGINGS
              && now - notice.atNanos() > patience) {
            settled.add(path);
          }
        });
    for (Path path : settled) {
      if (hasEnded()) {
        return;
      }
      noticed.computeIfPresent(
          path, (same, was) -> new Noticed(was.atNanos(), was.stagings() + 1, false));
      stage(path);
    }
  }

  private void stage(Path path) {
    try {
      Path file = out.resolve(path);
      InputFolder.Stamp stamp =
          InputFolder.Stamp.of(
              Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
      if (isInput.test(path, stamp)) {
        return;
      }
      AssetUri destination = Outbox.destination(path, locations);
      long startedMillis = System.currentTimeMillis();
      StagedOutput output =
          publisher.stage(
              new OutputFile(out, new AssetPath(path.toString())),
              destination,
              fence,
              Deadline.after(DEADLINE));
      staged.put(path, new Staged(stamp, startedMillis, output));
      LOG.log(
          Level.DEBUG,
          "Staged {0} after {1} ms, while its task goes on.",
          path,
          System.currentTimeMillis() - startedMillis);
    } catch (IOException | IoFailure | AttemptFailure | IllegalArgumentException e) {
      LOG.log(Level.DEBUG, "Not staged yet: {0}: {1}", path, e.getMessage());
    }
  }
}
