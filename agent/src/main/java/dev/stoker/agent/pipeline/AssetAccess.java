package dev.stoker.agent.pipeline;

import dev.stoker.agent.node.view.TopologyDocument.AssetsEntry;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.MountState;
import dev.stoker.io.daemon.NodeIo;

/** How sessions of this node get at their inputs now, for its record. */
public final class AssetAccess {
  private AssetAccess() {}

  /** Asks the I/O process. */
  public static AssetsEntry of(AssetMode mode, NodeIo io) {
    if (mode == AssetMode.STAGE) {
      return new AssetsEntry("stage", "as configured");
    }
    MountState mount;
    try {
      mount = io.mountState();
    } catch (IoFailure e) {
      mount = MountState.none(String.valueOf(e.getMessage()));
    }
    if (mount.works()) {
      return new AssetsEntry("mount", mount.folder());
    }
    return new AssetsEntry(mode == AssetMode.MOUNT ? "mount" : "stage", mount.problem());
  }
}
