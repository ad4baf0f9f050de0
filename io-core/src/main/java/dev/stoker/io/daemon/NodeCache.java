package dev.stoker.io.daemon;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.cache.CacheCheck;
import dev.stoker.io.cache.CacheEviction;
import java.util.List;
import java.util.function.Consumer;

/**
 * A node's cache as people and scripts use it, in this process or by the socket of the process that
 * owns it. Thread-safe.
 */
public interface NodeCache extends NodeIo {

  /**
   * Brings files into the cache; one that fails does not keep the others from coming. Nothing is
   * pinned: what is wanted more may push them out again.
   *
   * @throws dev.stoker.io.asset.IoFailure when the deadline passes or nothing can be listed
   */
  TransferReport warm(WarmRequest request, Deadline deadline, Consumer<StageProgress> progress);

  /** Copies files and trees to a folder, reading through the cache and filling it. */
  TransferReport copy(CopyRequest request, Deadline deadline, Consumer<StageProgress> progress);

  /**
   * Reads every grain of the named assets from disk again and drops the damaged ones.
   *
   * @param uris as {@link WarmRequest#uris()}; empty for all
   */
  CacheCheck verify(List<String> uris, Deadline deadline, Consumer<StageProgress> progress);

  /**
   * Drops the named assets, except those that a session has pinned or linked.
   *
   * @param uris as {@link WarmRequest#uris()}; empty for all
   */
  CacheEviction evict(List<String> uris, Deadline deadline);

  /**
   * Mounts a tree read-only; returns when it can be read.
   *
   * @return where it is mounted, without symbolic links
   */
  String mount(MountRequest request, Deadline deadline);

  /** Unmounts what was mounted there; says whether anything was. */
  boolean unmount(String folder);

  /**
   * Waits until a folder is not mounted any more, whoever unmounted it.
   *
   * @return whether it is so before the deadline
   */
  boolean awaitUnmount(String folder, Deadline deadline);
}
