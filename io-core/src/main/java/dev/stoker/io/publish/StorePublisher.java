package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.HttpUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.NfsUri;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Sends each output to the store of its scheme, and orders a carry-out: look at every output first,
 * so that a manifest that cannot be carried out whole shows nothing; then shut the other attempts
 * out; then publish one after the other. A manifest that is already out touches nothing, so a late
 * repetition cannot hurt an attempt that a person started since.
 */
final class StorePublisher implements OutputPublisher {
  private final OutputStore files;
  private final OutputStore blobs;
  private final Semaphore stagings;

  /**
   * @param concurrentStagings how many files may be read and sent at a time
   */
  StorePublisher(OutputStore files, OutputStore blobs, int concurrentStagings) {
    this.files = files;
    this.blobs = blobs;
    this.stagings = new Semaphore(concurrentStagings, true);
  }

  @Override
  public StagedOutput stage(OutputFile file, AssetUri destination, Fence fence, Deadline deadline) {
    OutputStore store = storeOf(destination);
    awaitTurn(file, deadline);
    try {
      return store.stage(file, destination, fence, deadline);
    } finally {
      stagings.release();
    }
  }

  @Override
  public void carryOut(OutputManifest manifest, Deadline deadline) {
    Fence fence = manifest.fence();
    List<StagedOutput> waiting = new ArrayList<>();
    for (StagedOutput output : manifest.outputs()) {
      if (storeOf(output).inspect(output, fence, deadline) == OutputStore.State.STAGED) {
        waiting.add(output);
      }
    }
    byStore(waiting).forEach((store, outputs) -> store.shutOut(outputs, fence, deadline));
    for (StagedOutput output : waiting) {
      storeOf(output).place(output, fence, deadline);
    }
    discard(manifest, deadline);
  }

  @Override
  public void discard(OutputManifest manifest, Deadline deadline) {
    byStore(manifest.outputs())
        .forEach((store, outputs) -> store.tidy(outputs, manifest.fence(), deadline));
  }

  @Override
  public void close() {
    files.close();
    blobs.close();
  }

  private void awaitTurn(OutputFile file, Deadline deadline) {
    try {
      if (!stagings.tryAcquire(deadline.remainingMillis(), TimeUnit.MILLISECONDS)) {
        throw new IoFailure.TimedOut(
            "Cannot stage " + file + ": other outputs were still being staged when time ran out.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Staging " + file + " was interrupted.");
    }
  }

  private Map<OutputStore, List<StagedOutput>> byStore(List<StagedOutput> outputs) {
    Map<OutputStore, List<StagedOutput>> groups = new LinkedHashMap<>();
    for (StagedOutput output : outputs) {
      groups.computeIfAbsent(storeOf(output), store -> new ArrayList<>()).add(output);
    }
    return groups;
  }

  private OutputStore storeOf(StagedOutput output) {
    return storeOf(AssetUri.parse(output.destination()));
  }

  private OutputStore storeOf(AssetUri destination) {
    return switch (destination) {
      case FileUri uri -> files;
      case NfsUri uri -> files;
      case BlobUri uri -> blobs;
      case HttpUri uri ->
          throw new IoFailure.Invalid(
              "Cannot write "
                  + uri
                  + ": outputs go to blob:, nfs:, avere: and file: destinations.");
    };
  }
}
