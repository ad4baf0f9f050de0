package dev.stoker.agent.node;

/**
 * A part of the node that runs one task at a time.
 *
 * @param id names it within the node
 * @param cpus what its tasks are bound to; no other slot has any of them
 * @param memoryBytes set aside for its tasks
 */
public record Slot(String id, CpuSet cpus, long memoryBytes) {}
