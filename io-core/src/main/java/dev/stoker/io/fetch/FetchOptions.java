package dev.stoker.io.fetch;

import java.util.Map;

/**
 * How the engine behaves.
 *
 * @param memoryBytes hard ceiling of all buffers
 * @param sinkThreads how many sinks may be at work at once; they write to disks
 * @param bytesPerSecond caps by origin; an origin that is not named has none
 * @param fixedRequests how many requests may be in flight to each origin; 0 to find out by
 *     measuring, as everybody should but who measures the measuring
 */
public record FetchOptions(
    long memoryBytes, int sinkThreads, Map<String, Long> bytesPerSecond, int fixedRequests) {
  public FetchOptions {
    bytesPerSecond = Map.copyOf(bytesPerSecond);
  }

  /** With as many requests at once as pay. */
  public FetchOptions(long memoryBytes, int sinkThreads, Map<String, Long> bytesPerSecond) {
    this(memoryBytes, sinkThreads, bytesPerSecond, 0);
  }

  /** 256 MiB, and threads enough to keep an NVMe disk busy while some of them wait. */
  public static FetchOptions defaults() {
    return new FetchOptions(
        256L << 20, Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 4, 16), Map.of());
  }

  /** Caps by {@link dev.stoker.io.asset.AssetUri#origin()}. */
  public FetchOptions withBytesPerSecond(Map<String, Long> caps) {
    return new FetchOptions(memoryBytes, sinkThreads, caps, fixedRequests);
  }

  public FetchOptions withMemoryBytes(long bytes) {
    return new FetchOptions(bytes, sinkThreads, bytesPerSecond, fixedRequests);
  }

  public FetchOptions withFixedRequests(int requests) {
    return new FetchOptions(memoryBytes, sinkThreads, bytesPerSecond, requests);
  }
}
