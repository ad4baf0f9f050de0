package dev.stoker.agent.pipeline;

import dev.stoker.agent.lease.AttemptBook;
import dev.stoker.agent.lease.ControllerLink;
import dev.stoker.agent.lease.Pause;
import dev.stoker.agent.profile.RendererProfiles;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/**
 * What all slots share.
 *
 * @param origins asked before a task's inputs are fetched
 * @param outbox where outputs wait for their way out
 * @param threads runs what blocks
 * @param health told how attempts end
 * @param wantsMore told when a slot may take another task
 */
record SlotShared(
    JobPlans plans,
    OriginWatch origins,
    AttemptBook book,
    ControllerLink link,
    Pause pause,
    Reports reports,
    Publication publication,
    RendererProfiles profiles,
    Path outbox,
    Executor threads,
    NodeHealth health,
    Runnable wantsMore) {}
