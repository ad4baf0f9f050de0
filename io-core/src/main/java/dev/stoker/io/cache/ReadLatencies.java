package dev.stoker.io.cache;

import dev.stoker.io.observe.LatencyRecorder;
import dev.stoker.io.observe.Metrics;

/**
 * How long reads take, by the slowest tier that they had to ask.
 *
 * @param ram from memory
 * @param disk from the node's disks, checked
 * @param origin what had to be fetched, at least in part
 */
record ReadLatencies(LatencyRecorder ram, LatencyRecorder disk, LatencyRecorder origin) {
  static ReadLatencies in(Metrics metrics) {
    return new ReadLatencies(
        metrics.latency("stoker_cache_ram_read_seconds", "Reads served from memory", ""),
        metrics.latency("stoker_cache_disk_read_seconds", "Reads served from the disks", ""),
        metrics.latency("stoker_cache_miss_read_seconds", "Reads that asked the origin", ""));
  }
}
