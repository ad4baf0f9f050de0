/**
 * The agent at work: for each slot a line of attempts, so that the inputs of the next arrive while
 * one renders and the outputs of the last leave. The command line builds a {@link
 * dev.stoker.agent.pipeline.NodeAgent} and runs it. Invariants: nothing is published but what a
 * granted manifest names; an attempt whose lease is lost publishes nothing; whatever the agent's
 * end, the next agent finds on disk what it must still do.
 */
@NullMarked
package dev.stoker.agent.pipeline;

import org.jspecify.annotations.NullMarked;
