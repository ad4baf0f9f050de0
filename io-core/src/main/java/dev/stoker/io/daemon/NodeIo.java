package dev.stoker.io.daemon;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.cache.CachedFolder;
import dev.stoker.io.pin.PinReport;
import dev.stoker.io.pin.PinRequest;
import dev.stoker.io.stage.DamagedStages;
import java.util.List;
import java.util.function.Consumer;

/** What the I/O process does for the rest of the node. Thread-safe. */
public interface NodeIo extends AutoCloseable {

  /**
   * Brings every wanted file into the cache and lays it out below the request's folder, read-only;
   * returns when all of it is there. The files are pinned in the cache until {@link #unstage}.
   *
   * @param progress told at least once, and about twice a second while bytes arrive
   * @throws IoFailure naming the asset that cannot be had; what was laid out stays until {@link
   *     #unstage}
   */
  StageProgress stage(StageRequest request, Deadline deadline, Consumer<StageProgress> progress);

  /** The mount that holds sessions' folders, or why there is none. */
  MountState mountState();

  /**
   * Makes a session's own folder in the node's mount, or adds to it; returns when every declared
   * file was found at its origin and its version is kept to. The bytes come while the session reads
   * already. The folder stays until {@link #unstage}, or until this process ends: then every file
   * open below it breaks.
   *
   * @param progress told how much was declared
   * @return the folder, absolute; each location is a folder below it
   * @throws IoFailure naming the asset that cannot be had; {@link IoFailure.Unavailable} where
   *     there is no mount
   */
  String openRoot(RootRequest request, Deadline deadline, Consumer<StageProgress> progress);

  /**
   * A task of the session begins: what it does is counted from now on, and names that were missing
   * are looked for anew.
   *
   * @throws IoFailure.NotFound when the session has no folder (any more)
   */
  void nextTask(String rootId);

  /**
   * What the session's task did with its folder so far, and the trace of the session.
   *
   * @throws IoFailure.NotFound when the session has no folder (any more): what it read cannot be
   *     trusted
   */
  RootReport rootReport(String rootId);

  /**
   * Says which versions a session is to read, as many nodes agreed on, before its stage or folder
   * is made and whenever more is known; and asks which ones it met. It gets these, or {@link
   * IoFailure.Changed}, until {@link #unstage}.
   *
   * @throws IoFailure.Invalid when the session keeps to another sheet
   */
  PinReport pin(PinRequest request);

  /**
   * Says whose stage and folder it is from now on, in place of the process that asked for it: a
   * session's shim outlives its agent, and a stage whose owner runs is kept when the I/O process
   * starts anew. Knows nothing of the id: does nothing.
   *
   * @param pid a running process
   */
  void giveStage(String stageId, long pid);

  /**
   * Takes a session's staged tree and folder away again and unpins its files. Knows nothing of the
   * id: does nothing.
   *
   * @return paths, below the request's folder, of files that somebody changed while they were
   *     staged; they were dropped from the cache
   */
  List<String> unstage(String stageId);

  /**
   * Waits for news of staged files that turned out damaged: what was rendered from them cannot be
   * trusted, the attempts that hold such a stage are to end.
   *
   * @param seen version of the last answer; any other number is answered at once
   * @return all damaged stages, with or without news when the deadline has passed
   */
  DamagedStages awaitDamage(long seen, Deadline deadline);

  /**
   * Asks an origin for a sign of life.
   *
   * @param uri a tree of it
   * @param project whose credentials are used
   * @throws IoFailure.Unavailable when it is broken, or cannot be reached from here
   * @throws IoFailure.TimedOut when it does not answer within the deadline
   */
  void probe(String uri, String project, Deadline deadline);

  /** Folders on which this process shows trees: whoever reads there gets an answer. */
  List<String> mounts();

  /** What the cache holds and did since it started. */
  CacheReport cache();

  /** The folders of origins of which the cache holds most, largest first. */
  List<CachedFolder> cachedFolders(int most);

  @Override
  void close();
}
