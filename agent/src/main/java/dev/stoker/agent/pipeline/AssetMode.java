package dev.stoker.agent.pipeline;

/** How a session gets at its inputs. */
public enum AssetMode {
  /** Through the mount where the I/O process has one, else staged. */
  AUTO,
  /** Through the mount; where there is none the node takes no work. */
  MOUNT,
  /** Laid out as files before the renderer starts. */
  STAGE
}
