package dev.stoker.io.publish;

import java.util.List;

/**
 * All outputs of one attempt, as its commit asks for them.
 *
 * @param fence names the attempt among all that may write the same destinations; 1 to 24 characters
 *     of {@code [a-z0-9-]}
 * @param outputs in the order in which they become visible
 */
public record OutputManifest(String fence, List<StagedOutput> outputs) {
  public OutputManifest {
    outputs = List.copyOf(outputs);
  }
}
