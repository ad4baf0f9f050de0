package dev.stoker.controller.protocol;

/**
 * What the processes of one attempt take, as its node sampled them; part of heartbeats and finish
 * reports of agents that say it.
 *
 * @param cpuSeconds user and system time of all of them so far, those that ended included
 * @param cpus how many CPUs' worth they took lately
 * @param memoryBytes what they hold now; what they share is counted once
 * @param peakMemoryBytes the most they held
 * @param readBytes bytes read so far, the larger of what they asked for and what came from disks
 * @param writtenBytes bytes written so far, likewise
 * @param gpuFraction how busy the slot's GPUs were lately, 0 to 1; -1 when unknown or without one
 * @param gpuMemoryBytes memory they hold on GPUs now; -1 likewise
 * @param peakGpuMemoryBytes the most they held there; -1 likewise
 * @param reportedPeakBytes the most memory that the renderer said it took; 0 when it said nothing
 * @param processes how many there are
 */
public record TaskUsage(
    double cpuSeconds,
    double cpus,
    long memoryBytes,
    long peakMemoryBytes,
    long readBytes,
    long writtenBytes,
    double gpuFraction,
    long gpuMemoryBytes,
    long peakGpuMemoryBytes,
    long reportedPeakBytes,
    int processes) {}
