package dev.stoker.agent.pipeline;

import dev.stoker.agent.launch.FolderTree;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.cache.CachedFolder;
import dev.stoker.io.daemon.CacheReport;
import dev.stoker.io.daemon.MountState;
import dev.stoker.io.daemon.NodeIo;
import dev.stoker.io.daemon.RootReport;
import dev.stoker.io.daemon.RootRequest;
import dev.stoker.io.daemon.StageProgress;
import dev.stoker.io.daemon.StageRequest;
import dev.stoker.io.pin.NodePins;
import dev.stoker.io.pin.PinReport;
import dev.stoker.io.pin.PinRequest;
import dev.stoker.io.stage.DamagedStages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Stages {@code file:} trees by copying; what the agent does with staged trees is the question
 * here.
 */
final class FolderIo implements NodeIo {
  final List<StageRequest> requests = new CopyOnWriteArrayList<>();
  final Map<String, Long> given = new ConcurrentHashMap<>();
  private final NodePins pins = new NodePins();
  final List<String> unstaged = new CopyOnWriteArrayList<>();
  volatile Consumer<StageRequest> onStage = request -> {};

  @Override
  public StageProgress stage(
      StageRequest request, Deadline deadline, Consumer<StageProgress> progress) {
    requests.add(request);
    onStage.accept(request);
    long files = 0;
    for (StageRequest.Tree tree : request.trees()) {
      Path from = ((FileUri) AssetUri.parse(tree.uri())).toLocalPath();
      Path to = Path.of(request.folder()).resolve(tree.name());
      for (String include : tree.include().isEmpty() ? List.of("") : tree.include()) {
        files += copy(from.resolve(include), to.resolve(include));
      }
    }
    StageProgress done = new StageProgress(files, files, files, files, files, 0);
    progress.accept(done);
    return done;
  }

  private static long copy(Path from, Path to) {
    if (!Files.exists(from)) {
      throw new IoFailure.NotFound("There is no asset " + from + ".");
    }
    try (Stream<Path> all = Files.walk(from)) {
      List<Path> files = all.filter(Files::isRegularFile).toList();
      for (Path file : files) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
      }
      return files.size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public MountState mountState() {
    return MountState.none("this one stages");
  }

  @Override
  public String openRoot(RootRequest request, Deadline deadline, Consumer<StageProgress> progress) {
    throw new IoFailure.Unavailable("This one stages.", null);
  }

  @Override
  public void nextTask(String rootId) {
    throw new IoFailure.NotFound("This one stages.");
  }

  @Override
  public RootReport rootReport(String rootId) {
    throw new IoFailure.NotFound("This one stages.");
  }

  @Override
  public PinReport pin(PinRequest request) {
    return pins.pin(request);
  }

  @Override
  public void giveStage(String stageId, long pid) {
    given.put(stageId, pid);
  }

  @Override
  public List<String> unstage(String stageId) {
    unstaged.add(stageId);
    return List.of();
  }

  /** What the agent is told next: that these stages hold damaged files. */
  final BlockingQueue<Map<String, String>> damage = new LinkedBlockingQueue<>();

  private final AtomicLong damageVersion = new AtomicLong(1);

  @Override
  public DamagedStages awaitDamage(long seen, Deadline deadline) {
    try {
      Map<String, String> next = damage.poll(deadline.remainingMillis(), TimeUnit.MILLISECONDS);
      return new DamagedStages(damageVersion.incrementAndGet(), next == null ? Map.of() : next);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Waiting for news of damage was interrupted.");
    }
  }

  /** Whether origins answer. */
  volatile boolean originsAnswer = true;

  @Override
  public void probe(String uri, String project, Deadline deadline) {
    if (!originsAnswer) {
      throw new IoFailure.Unavailable(uri + " answered 503.", null);
    }
  }

  @Override
  public List<String> mounts() {
    return List.of();
  }

  @Override
  public List<CachedFolder> cachedFolders(int most) {
    return List.of(new CachedFolder("file:///show/in/", 2, 9));
  }

  @Override
  public CacheReport cache() {
    return new CacheReport(0, 0, 0, 0, 0, 0, 0);
  }

  @Override
  public void close() {}

  static void remove(Path folder) throws IOException {
    FolderTree.delete(folder);
  }
}
