package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;

/** Stages outputs and carries out manifests. Thread-safe. */
public interface OutputPublisher extends AutoCloseable {

  /**
   * Uploads {@code file} to where nobody sees it yet. Staging the same destination again under one
   * fence replaces the earlier staging.
   *
   * @throws IoFailure when it cannot be stored, or the file changed while it was read
   */
  StagedOutput stage(OutputFile file, AssetUri destination, Fence fence, Deadline deadline);

  /**
   * Makes every output of a granted manifest visible; safe to repeat, from any node, until it
   * returns.
   *
   * @throws IoFailure.Fenced when an output can no longer be published: its blocks were discarded,
   *     or the destination is not what the manifest's condition says
   */
  void carryOut(OutputManifest manifest, Deadline deadline);

  /** Drops what was staged under a manifest that nobody granted; best effort, never fails. */
  void discard(OutputManifest manifest, Deadline deadline);

  @Override
  void close();
}
