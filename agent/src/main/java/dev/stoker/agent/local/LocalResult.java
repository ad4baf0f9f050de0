package dev.stoker.agent.local;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a local run went.
 *
 * @param stepName the last step that was begun; null for none
 * @param tasksRun how many tasks, or chunks of tasks, succeeded
 * @param workingFolder where the session's working folder was left; null when it is gone
 */
public record LocalResult(
    boolean succeeded,
    @Nullable String stepName,
    Duration duration,
    long tasksRun,
    @Nullable String workingFolder) {}
