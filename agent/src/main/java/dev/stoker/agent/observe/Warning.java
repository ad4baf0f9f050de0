package dev.stoker.agent.observe;

import java.time.Instant;

/**
 * A line of the agent's log that says that something is wrong.
 *
 * @param at when it was said
 */
public record Warning(Instant at, String text) {}
