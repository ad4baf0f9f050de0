/**
 * What this machine is: CPUs, cores, NUMA nodes, memory, and the slots they are cut into. Read from
 * sysfs, procfs and cgroups below a root prefix, so that recorded machines can be read too. Two
 * slots never share a CPU. Everyone in the agent may call it; it calls nobody.
 */
@NullMarked
package dev.stoker.agent.node;

import org.jspecify.annotations.NullMarked;
