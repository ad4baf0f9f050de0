package dev.stoker.agent.pipeline;

import dev.stoker.agent.launch.JobAccounts;
import dev.stoker.agent.launch.SessionBinding;
import dev.stoker.agent.profile.RendererProfiles;
import dev.stoker.io.daemon.NodeIo;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What the sessions of one slot need of their surroundings.
 *
 * @param sessions where session folders are made
 * @param shims where shims' control folders are made
 * @param accounts whom sessions run as
 * @param variables what actions' environments start from
 * @param memoryKills how many of the slot's processes the kernel killed for want of memory
 * @param watching how attempts are watched
 * @param assets how inputs are got at
 * @param traces what sessions read
 * @param pins which versions sessions read
 */
record SlotPlace(
    Path sessions,
    Path shims,
    SessionBinding binding,
    JobAccounts accounts,
    Map<String, String> variables,
    LongSupplier memoryKills,
    Supervision.Rule watching,
    NodeIo io,
    AssetMode assets,
    StepTraces traces,
    AssetPins pins,
    RendererProfiles profiles) {}
