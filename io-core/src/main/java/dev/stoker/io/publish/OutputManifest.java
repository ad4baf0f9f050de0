package dev.stoker.io.publish;

import java.util.List;

/**
 * All outputs of one attempt, as its commit asks for them. A chunk that commits frame by frame has
 * several manifests under one fence.
 *
 * @param fence the attempt that staged them
 * @param outputs in the order in which they become visible
 */
public record OutputManifest(Fence fence, List<StagedOutput> outputs) {
  public OutputManifest {
    outputs = List.copyOf(outputs);
  }
}
