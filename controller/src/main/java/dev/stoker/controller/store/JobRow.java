package dev.stoker.controller.store;

import dev.stoker.controller.protocol.Jobs;
import org.jspecify.annotations.Nullable;

/**
 * A job.
 *
 * @param number order of submission; 0 before it is stored
 * @param id what people and nodes call it
 * @param submitter who submitted it, empty where nobody had to say
 * @param message why it failed, or empty
 * @param submittedMillis milliseconds since 1970
 * @param endedMillis likewise; null while it runs
 * @param archived whether nothing but this, and its steps, is kept
 */
public record JobRow(
    long number,
    String id,
    String name,
    String project,
    String submitter,
    int priority,
    Jobs.State state,
    String message,
    int maxAttempts,
    long submittedMillis,
    @Nullable Long endedMillis,
    boolean archived) {}
