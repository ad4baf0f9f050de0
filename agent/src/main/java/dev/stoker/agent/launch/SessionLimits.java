package dev.stoker.agent.launch;

import java.util.Map;

/**
 * What a slot's renderers may take beside CPUs, memory and GPUs.
 *
 * @param niceness 0 to 19: how far they stand back behind the agent and its I/O
 * @param ulimits by their ulimit name, as {@link SessionBinding} has them; -1 for unlimited
 */
public record SessionLimits(int niceness, Map<String, Long> ulimits) {
  /**
   * Heartbeats and downloads come first where slots leave the agent no core of its own; and a
   * renderer's core dump is as large as its memory, on the disk that everybody writes to.
   */
  public static final SessionLimits DEFAULT = new SessionLimits(5, Map.of("core", 0L));

  public SessionLimits {
    ulimits = Map.copyOf(ulimits);
  }
}
