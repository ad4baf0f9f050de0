package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import java.util.List;

/**
 * One kind of destination. {@link StorePublisher} calls the steps of a carry-out in the order in
 * which they stand here; each may be repeated after a crash at any point. Thread-safe.
 */
interface OutputStore extends AutoCloseable {

  StagedOutput stage(OutputFile file, AssetUri destination, Fence fence, Deadline deadline);

  /**
   * Looks, without changing anything, whether {@code output} can still become visible.
   *
   * @throws dev.stoker.io.asset.IoFailure.Fenced when it cannot
   */
  State inspect(StagedOutput output, Fence fence, Deadline deadline);

  /** Makes sure that no other attempt at the fence's task can publish these outputs any more. */
  void shutOut(List<StagedOutput> outputs, Fence fence, Deadline deadline);

  /**
   * Makes one output visible.
   *
   * @throws dev.stoker.io.asset.IoFailure.Fenced when its condition does not hold any more
   */
  void place(StagedOutput output, Fence fence, Deadline deadline);

  /** Removes what staging left; never fails. */
  void tidy(List<StagedOutput> outputs, Fence fence, Deadline deadline);

  @Override
  void close();

  /** Where one output stands. */
  enum State {
    STAGED,
    PUBLISHED
  }
}
