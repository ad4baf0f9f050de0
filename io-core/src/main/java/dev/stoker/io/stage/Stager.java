package dev.stoker.io.stage;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.PinnedAsset;
import dev.stoker.io.asset.Reader;
import dev.stoker.io.cache.BlockCache;
import dev.stoker.io.cache.CachedAsset;
import dev.stoker.io.cache.DamagedFile;
import dev.stoker.io.cache.Placement;
import dev.stoker.io.fetch.Priority;
import dev.stoker.io.fetch.RangeFetcher;
import dev.stoker.io.pin.SessionPins;
import dev.stoker.io.prefetch.BoundedWork;
import dev.stoker.io.prefetch.WantedFiles;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.SourceOpener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Lays trees out and takes them away again. A stage outlives its requester's connection and, where
 * its owner still runs, this process; what a dead owner left is removed when the next one starts.
 *
 * <p>Thread-safe.
 */
public final class Stager {
  private static final System.Logger LOG = System.getLogger(Stager.class.getName());

  /**
   * Files on their way at once. Small files need many, to fill a link of 30 ms; large ones are
   * bounded by the fetch engine's memory long before.
   */
  private static final int FILES_AT_ONCE = 128;

  private final BlockCache cache;
  private final RangeFetcher fetcher;
  private final SourceOpener sources;
  private final Path records;
  private final Map<String, Stage> stages = new ConcurrentHashMap<>();
  private volatile Function<String, SessionPins> pins = id -> SessionPins.NONE;
  private volatile Function<DamagedFile, List<String>> otherHolders = file -> List.of();
  private final DamageNews damage = new DamageNews(ThreadLocalRandom.current().nextLong());

  private record Wanted(WantedTree tree, AssetInfo info) {}

  /**
   * Removes what dead owners left behind.
   *
   * @param fetcher for files that no cache may keep
   * @param records folder for notes of what is staged, made where there is none
   */
  public Stager(BlockCache cache, RangeFetcher fetcher, SourceOpener sources, Path records) {
    this.cache = cache;
    this.fetcher = fetcher;
    this.sources = sources;
    this.records = records;
    try {
      Files.createDirectories(records);
      for (StageRecord left : StageRecord.loadAll(records)) {
        takeOver(left);
      }
    } catch (IOException e) {
      throw new IoFailure.Disk("Cannot read the notes of stages in " + records + ": " + e, e);
    }
    cache.onDamage(this::damaged);
  }

  /**
   * Says who else holds files that were laid out, by the ids of the same sessions; of their damage
   * is told as of a stage's. Asked as {@link dev.stoker.io.cache.DamageListener} is.
   */
  public void alsoHeld(Function<DamagedFile, List<String>> holders) {
    otherHolders = holders;
  }

  /** Says which versions a stage is made of, by its id, before it is made. */
  public void keepTo(Function<String, SessionPins> known) {
    pins = known;
  }

  private void damaged(DamagedFile file) {
    otherHolders.apply(file).forEach(id -> damage.add(id, file.sentence()));
    for (Stage stage : stages.values()) {
      try {
        if (stage.holds(file)) {
          damage.add(stage.id, file.sentence());
        }
      } catch (IOException e) {
        // Its folder cannot be read, so whether it holds the file is not known: then it does.
        damage.add(stage.id, file.sentence());
      }
    }
  }

  /**
   * Waits for news of damaged stages.
   *
   * @param seen version of what is known already; any other number is answered at once
   * @return all that are damaged now, with or without news when the deadline has passed
   */
  public DamagedStages awaitDamage(long seen, Deadline deadline) {
    return damage.await(seen, deadline);
  }

  private void takeOver(StageRecord left) {
    if (left.owner().lives()) {
      // Its renderers may be reading; the files keep their links, and with them their place.
      Stage stage = new Stage(left.stageId(), Path.of(left.folder()), true);
      stage.trees.addAll(left.trees());
      stage.given = left.owner();
      stages.put(left.stageId(), stage);
      return;
    }
    try {
      for (String tree : left.trees()) {
        TreeRemoval.remove(Path.of(left.folder()), tree);
      }
      StageRecord.delete(records, left.stageId());
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Cannot remove the stage {0} that a dead process left in {1}: {2}",
          left.stageId(),
          left.folder(),
          e);
    }
  }

  /**
   * Lays trees out below an existing folder; more trees, or more of them, may follow under the same
   * id. Returns when all of it is there.
   *
   * @param owner whose death makes the stage a leftover
   * @param progress told about twice a second, and once at the end
   * @throws IoFailure naming the asset that cannot be had; what was laid out stays until {@link
   *     #unstage}
   */
  public Tally stage(
      String id,
      String project,
      Path folder,
      List<WantedTree> trees,
      StageOwner owner,
      Deadline deadline,
      Consumer<Tally> progress) {
    if (!folder.isAbsolute() || !Files.isDirectory(folder)) {
      throw new IoFailure.Invalid(
          "Cannot stage " + id + " below '" + folder + "': it is not an existing absolute folder.");
    }
    Stage stage = stages.computeIfAbsent(id, name -> new Stage(name, folder));
    if (!stage.folder.equals(folder)) {
      throw new IoFailure.Invalid(
          "Cannot stage "
              + id
              + " below "
              + folder
              + ": it lies below "
              + stage.folder
              + " already.");
    }
    Tally tally = new Tally();
    stage.lock.lock();
    try {
      note(stage, trees, owner);
      BoundedWork.<Wanted>run(
          "stage " + id,
          FILES_AT_ONCE,
          found -> list(trees, project, tally, found, deadline),
          wanted -> bring(stage, wanted, project, tally, deadline),
          deadline,
          () -> progress.accept(tally));
      progress.accept(tally);
      return tally;
    } finally {
      stage.lock.unlock();
    }
  }

  private void note(Stage stage, List<WantedTree> trees, StageOwner owner) {
    Set<String> names = new LinkedHashSet<>(stage.trees);
    trees.forEach(tree -> names.add(tree.name()));
    StageOwner given = stage.given;
    new StageRecord(
            stage.id,
            stage.folder.toString(),
            new ArrayList<>(names),
            given == null ? owner : given)
        .save(records);
    stage.trees.addAll(names);
  }

  /** Makes {@code owner} the one whose death makes the stage a leftover, whoever asked for it. */
  public void give(String id, StageOwner owner) {
    Stage stage = stages.get(id);
    if (stage == null) {
      return;
    }
    stage.lock.lock();
    try {
      stage.given = owner;
      note(stage, List.of(), owner);
    } finally {
      stage.lock.unlock();
    }
  }

  private void list(
      List<WantedTree> trees,
      String project,
      Tally tally,
      Consumer<Wanted> found,
      Deadline deadline) {
    for (WantedTree tree : trees) {
      try (AssetSource source = sources.open(tree.uri(), project)) {
        new WantedFiles(tree.uri(), source)
            .list(
                tree.include(),
                deadline,
                info -> {
                  tally.known(info.lengthBytes());
                  found.accept(new Wanted(tree, info));
                });
      }
    }
  }

  private void bring(Stage stage, Wanted wanted, String project, Tally tally, Deadline deadline) {
    PinnedAsset asset =
        new PinnedAsset(wanted.tree().uri(), wanted.info(), new Reader(project, stage.id));
    pins.apply(stage.id).require(wanted.tree().name(), asset.tree(), wanted.info());
    AssetPath path = wanted.info().path();
    if (path.isRoot()) {
      path = AssetPath.of(asset.uri().path().name()); // the tree is a file itself
    }
    Stage.Spot spot = new Stage.Spot(wanted.tree().name(), path);
    try {
      if (wanted.info().version().cacheable()) {
        cache.grant(project, asset); // the listing was made with the project's own credentials
        CachedAsset cached = cache.open(asset, project, deadline);
        cached.pin(stage.pinOwner());
        cached.complete(Priority.PREFETCH, deadline, tally.fill());
        stage.lay(
            spot,
            asset.identity(),
            (folder, name) -> cached.place(folder, name, Placement.LINK, deadline));
      } else {
        stage.lay(
            spot,
            asset.identity(),
            (folder, name) -> {
              UncachedFile.fetch(fetcher, asset, folder, name, tally.fill(), deadline);
              return null;
            });
      }
      tally.placed();
    } catch (IOException e) {
      throw new IoFailure.Disk(
          "Cannot lay " + asset + " at " + stage.folder + "/" + spot + ": " + e.getMessage(), e);
    }
  }

  /**
   * Takes a stage away; knows nothing of the id: does nothing.
   *
   * @return paths below the stage's folder of files that somebody changed while they were staged
   */
  public List<String> unstage(String id) {
    Stage stage = stages.get(id);
    if (stage == null) {
      damage.remove(id);
      return List.of();
    }
    stage.lock.lock();
    try {
      List<String> changed = stage.withdrawAll();
      for (String tree : stage.trees) {
        TreeRemoval.remove(stage.folder, tree);
      }
      StageRecord.delete(records, id);
      stages.remove(id);
      damage.remove(id);
      return changed;
    } catch (IOException e) {
      throw new IoFailure.Disk(
          "Cannot take the stage " + id + " away from " + stage.folder + ": " + e.getMessage(), e);
    } finally {
      cache.unpin(stage.pinOwner());
      stage.lock.unlock();
    }
  }
}
