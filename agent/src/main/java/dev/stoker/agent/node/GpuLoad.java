package dev.stoker.agent.node;

import java.util.Map;

/**
 * What a GPU is at.
 *
 * @param busy how much of the last moments it computed, 0 to 1; -1 where its driver does not say
 * @param usedBytes memory in use, by anybody; -1 likewise
 * @param bytesByProcess memory by process number; empty where its driver does not say
 */
public record GpuLoad(double busy, long usedBytes, Map<Long, Long> bytesByProcess) {
  /** Nobody says. */
  public static final GpuLoad UNKNOWN = new GpuLoad(-1, -1, Map.of());

  public GpuLoad {
    bytesByProcess = Map.copyOf(bytesByProcess);
  }
}
