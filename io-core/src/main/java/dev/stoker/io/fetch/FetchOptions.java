package dev.stoker.io.fetch;

import java.util.Map;

/**
 * How the engine behaves.
 *
 * @param memoryBytes hard ceiling of all buffers
 * @param sinkThreads how many sinks may be at work at once; they write to disks
 * @param bytesPerSecond caps by origin; an origin that is not named has none
 */
public record FetchOptions(long memoryBytes, int sinkThreads, Map<String, Long> bytesPerSecond) {
  public FetchOptions {
    bytesPerSecond = Map.copyOf(bytesPerSecond);
  }

  /** 256 MiB, and threads enough to keep an NVMe disk busy while some of them wait. */
  public static FetchOptions defaults() {
    return new FetchOptions(
        256L << 20, Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 4, 16), Map.of());
  }

  /** Caps by {@link dev.stoker.io.asset.AssetUri#origin()}. */
  public FetchOptions withBytesPerSecond(Map<String, Long> caps) {
    return new FetchOptions(memoryBytes, sinkThreads, caps);
  }

  public FetchOptions withMemoryBytes(long bytes) {
    return new FetchOptions(bytes, sinkThreads, bytesPerSecond);
  }
}
