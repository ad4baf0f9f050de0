package dev.stoker.agent.pipeline;

import dev.stoker.agent.node.Gpu;
import dev.stoker.agent.node.Topology;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.MountState;
import dev.stoker.io.daemon.NodeIo;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the node may take work. It takes none while its disk is full or read-only, its I/O
 * process is away, shows trees that nobody can read or mounts nothing although inputs are only to
 * be mounted, an origin that its tasks need does not answer, its clock is off or a GPU is gone or
 * counts errors; and it takes itself out of service when attempts fail in a row that others may
 * well render: a broken node answers fastest, and would draw the whole queue. Thread-safe.
 */
final class NodeHealth {
  private static final Logger LOG = System.getLogger(NodeHealth.class.getName());

  /** A node with a minute's trouble loses a minute; looking costs a file and a socket's answer. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

  /** NVIDIA's library takes a second to answer for eight GPUs. */
  private static final Duration ASK_GPUS_AGAIN = Duration.ofMinutes(1);

  /** A GPU that fell off its bus has the driver wait for minutes, or for ever. */
  private static final Duration GPUS_ANSWER = Duration.ofSeconds(5);

  /** A frame's outputs and log; below it the next frame may well fail. */
  private static final long LEAST_FREE_BYTES = 1L << 30;

  /** Of a disk that is small itself, this part. */
  private static final int LEAST_FREE_PART = 50;

  /** Before Stoker was written no clock was right. */
  private static final Instant OLDEST = Instant.parse("2026-01-01T00:00:00Z");

  /** Azure refuses signatures 15 minutes off; files' times mislead long before. */
  private static final Duration MOST_AHEAD = Duration.ofMinutes(5);

  /** In a row, each the node's fault by its own word. */
  private static final int MOST_SUSPECT = 3;

  /** In a row, over this many jobs: one bad scene fails everywhere, three do not. */
  private static final int MOST_FAILED = 6;

  private static final int FAILED_JOBS = 3;

  /** Then it tries one task; another failure sends it out again. */
  private static final Duration OUT_OF_SERVICE = Duration.ofMinutes(10);

  private final Path data;
  private final NodeIo io;
  private final AssetMode assets;
  private final OriginWatch origins;
  private final MountCheck mounts = new MountCheck(); // guarded by lock
  private final int gpus;
  private final Supplier<Topology> look;
  private final Clock clock;
  private final Supplier<Optional<Duration>> ahead;
  private final ReentrantLock lock = new ReentrantLock(); // guards the rest
  private final Set<String> failedJobs = new HashSet<>();
  private int failed;
  private int suspect;
  private @Nullable Instant outUntil;
  private volatile @Nullable String problem; // written under the lock
  private @Nullable String gpuProblem;
  private Instant looked = Instant.MIN;
  private Instant askedGpus;
  private @Nullable CompletableFuture<Topology> gpusAsked;

  /**
   * @param assets how sessions get at their inputs
   * @param origins asked about those that tasks need
   * @param machine as it was at the start; a GPU that vanishes later is a problem
   * @param look reads it again
   * @param ahead how far the clock is ahead of the controller's, as far as known
   */
  NodeHealth(
      Path data,
      NodeIo io,
      AssetMode assets,
      OriginWatch origins,
      Topology machine,
      Supplier<Topology> look,
      Clock clock,
      Supplier<Optional<Duration>> ahead) {
    this.data = data;
    this.io = io;
    this.assets = assets;
    this.origins = origins;
    this.gpus = machine.gpus().size();
    this.look = look;
    this.clock = clock;
    this.ahead = ahead;
    this.askedGpus = clock.instant();
    this.gpuProblem = gpuProblem(machine).orElse(null);
  }

  /** Why the node takes no work now; empty when it does. */
  Optional<String> problem() {
    lock.lock();
    try {
      Instant now = clock.instant();
      if (outUntil != null && now.isBefore(outUntil)) {
        return Optional.ofNullable(problem);
      }
      outUntil = null;
      if (looked.plus(LOOK_AGAIN).isBefore(now)) {
        looked = now;
        tell(check(now));
      }
      return Optional.ofNullable(problem);
    } finally {
      lock.unlock();
    }
  }

  /** What was found when it was last looked; waits for nothing. */
  Optional<String> known() {
    return Optional.ofNullable(problem);
  }

  /** An attempt published; whatever went before was not the node. */
  void succeeded() {
    lock.lock();
    try {
      failed = 0;
      suspect = 0;
      failedJobs.clear();
    } finally {
      lock.unlock();
    }
  }

  /**
   * @param nodeSuspect whether the node is the likely cause
   */
  void failed(String jobId, boolean nodeSuspect) {
    lock.lock();
    try {
      failed++;
      suspect = nodeSuspect ? suspect + 1 : 0;
      if (nodeSuspect) {
        looked = Instant.MIN; // before it takes another
        origins.doubt();
      }
      failedJobs.add(jobId);
      boolean many = failed >= MOST_FAILED && failedJobs.size() >= FAILED_JOBS;
      if (suspect >= MOST_SUSPECT || many) {
        // One more failure after the pause is enough.
        suspect = Math.min(suspect, MOST_SUSPECT - 1);
        outUntil = clock.instant().plus(OUT_OF_SERVICE);
        tell(
            Optional.of(
                "%d attempts of %d jobs failed here in a row; out of service for %d minutes"
                    .formatted(failed, failedJobs.size(), OUT_OF_SERVICE.toMinutes())));
      }
    } finally {
      lock.unlock();
    }
  }

  private void tell(Optional<String> now) {
    String said = now.orElse(null);
    if (said != null && !said.equals(problem)) {
      LOG.log(Level.WARNING, "This node takes no work: {0}.", said);
    } else if (said == null && problem != null) {
      LOG.log(Level.INFO, "This node takes work again.");
    }
    problem = said;
  }

  private Optional<String> check(Instant now) {
    if (now.isBefore(OLDEST)) {
      return Optional.of("its clock says " + now);
    }
    return checkClock()
        .or(this::checkDisk)
        .or(this::checkIo)
        .or(this::checkOrigins)
        .or(() -> checkGpus(now));
  }

  private Optional<String> checkClock() {
    return ahead
        .get()
        .filter(off -> off.abs().compareTo(MOST_AHEAD) > 0)
        .map(
            off ->
                "its clock is %d minutes %s the controller's"
                    .formatted(off.abs().toMinutes(), off.isNegative() ? "behind" : "ahead of"));
  }

  private Optional<String> checkDisk() {
    try {
      Files.createDirectories(data);
      FileStore disk = Files.getFileStore(data);
      long free = disk.getUsableSpace();
      if (free < Math.min(LEAST_FREE_BYTES, disk.getTotalSpace() / LEAST_FREE_PART)) {
        return Optional.of("the disk of " + data + " has only " + (free >> 20) + " MiB left");
      }
      Path probe = data.resolve("health.probe");
      Files.write(probe, new byte[1]);
      Files.delete(probe);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("its folder " + data + " cannot be written: " + e.getMessage());
    }
  }

  private Optional<String> checkIo() {
    try {
      MountState own = assets == AssetMode.MOUNT ? io.mountState() : null;
      return own != null && !own.works()
          ? Optional.of(
              "it has no mount for its tasks' inputs, and 'assets: mount' allows nothing else: "
                  + own.problem())
          : mounts.trouble(io.mounts());
    } catch (IoFailure e) {
      return Optional.of("its I/O process does not answer: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.ofNullable(problem);
    }
  }

  private Optional<String> checkOrigins() {
    try {
      return origins
          .trouble()
          .map(sentence -> "an origin that its tasks need is away: " + sentence);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.ofNullable(problem);
    }
  }

  private Optional<String> checkGpus(Instant now) {
    if (gpus > 0 && askedGpus.plus(ASK_GPUS_AGAIN).isBefore(now)) {
      askedGpus = now;
      gpuProblem = askGpus().orElse(null);
    }
    return Optional.ofNullable(gpuProblem);
  }

  /** Asks in a thread of its own, one question at a time. */
  private Optional<String> askGpus() {
    CompletableFuture<Topology> asked = gpusAsked;
    if (asked == null) {
      asked = new CompletableFuture<>();
      gpusAsked = asked;
      CompletableFuture<Topology> answer = asked;
      Thread.ofPlatform().name("gpu-health").daemon().start(() -> answer.complete(look.get()));
    }
    try {
      Topology machine = asked.get(GPUS_ANSWER.toMillis(), TimeUnit.MILLISECONDS);
      gpusAsked = null;
      return gpuProblem(machine);
    } catch (TimeoutException e) {
      return Optional.of("its GPUs do not answer");
    } catch (ExecutionException e) {
      gpusAsked = null;
      return Optional.of("its GPUs cannot be asked: " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.ofNullable(gpuProblem);
    }
  }

  private Optional<String> gpuProblem(Topology machine) {
    if (machine.gpus().size() < gpus) {
      return Optional.of("%d of its %d GPUs answer".formatted(machine.gpus().size(), gpus));
    }
    return machine.gpus().stream()
        .filter(NodeHealth::hasEccErrors)
        .map(gpu -> "GPU " + gpu.id() + " counts memory errors that it cannot correct")
        .findFirst();
  }

  private static boolean hasEccErrors(Gpu gpu) {
    Gpu.Health health = gpu.health();
    return health != null && health.uncorrectedEccErrors() > 0;
  }
}
