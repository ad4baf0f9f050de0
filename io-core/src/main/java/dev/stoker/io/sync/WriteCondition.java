package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetVersion;

/** What must be there for a write to take effect. */
public sealed interface WriteCondition {
  /** Whatever is. */
  record Anything() implements WriteCondition {}

  /** Nothing of that name. */
  record Nothing() implements WriteCondition {}

  /**
   * That version. File systems and NFS cannot replace under a condition: there it is looked for
   * right before the RENAME, and a change in between, some microseconds or a round trip, is lost.
   */
  record Version(AssetVersion version) implements WriteCondition {}
}
