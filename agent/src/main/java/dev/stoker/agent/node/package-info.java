/**
 * The machine: its CPUs, caches, memory, GPUs and how they hang together ({@link
 * dev.stoker.agent.node.Topology}), what surrounds them ({@link dev.stoker.agent.node.Host}), and
 * how it is cut into {@link dev.stoker.agent.node.Slot}s. The agent and {@code stoker topology}
 * call it. Reads files below a root, so that recorded machines can be read; fails on nothing that
 * is missing there. Invariant: no two slots share a CPU or a GPU.
 */
@NullMarked
package dev.stoker.agent.node;

import org.jspecify.annotations.NullMarked;
