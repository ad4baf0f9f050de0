/**
 * What renderers take of their node: CPU, memory, I/O and GPUs of a whole process tree, sampled at
 * a bounded rate while an attempt renders, and whether it has stopped doing anything at all ({@link
 * dev.stoker.agent.usage.UsageMeter}). The pipeline calls it. Reads the kernel's counters only:
 * never stops or slows a process that it looks at.
 */
@NullMarked
package dev.stoker.agent.usage;

import org.jspecify.annotations.NullMarked;
