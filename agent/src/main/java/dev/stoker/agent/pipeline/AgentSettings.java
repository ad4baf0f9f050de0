package dev.stoker.agent.pipeline;

import dev.stoker.agent.launch.SessionBinding.JobUser;
import dev.stoker.agent.launch.SessionLimits;
import dev.stoker.agent.node.SlotLayout;
import dev.stoker.agent.node.SlotRule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How an agent runs.
 *
 * @param name the node's name, unique among nodes
 * @param release Stoker's version
 * @param data the agent's own folder: attempts, sessions, outputs on their way
 * @param slots how the machine is cut into slots
 * @param reserve kept from the slots
 * @param users who jobs run as: none for the agent's own user, one that all share, or more, of
 *     which each session has one of its own
 * @param attributes OpenJD attributes beside those found on the machine
 * @param variables what every action's environment starts from
 * @param sessionIdle how long a session stays open for a next task of its step
 * @param stallAfter how long a renderer may do nothing at all before it is ended; zero: for ever
 * @param assets how sessions get at their inputs
 * @param machine what Azure's metadata service says of it, by its field names; empty elsewhere
 * @param limits of renderers
 */
public record AgentSettings(
    String name,
    String release,
    Path data,
    SlotRule slots,
    SlotLayout.Reserve reserve,
    List<JobUser> users,
    Map<String, List<String>> attributes,
    Map<String, String> variables,
    Duration sessionIdle,
    Duration stallAfter,
    AssetMode assets,
    Map<String, String> machine,
    SessionLimits limits) {

  /** An environment costs seconds to minutes to enter; a slot's idle memory costs nothing. */
  private static final Duration SESSION_IDLE = Duration.ofSeconds(15);

  /** Longer than a scene loads without a byte or a tick, shorter than a night. */
  private static final Duration STALL_AFTER = Duration.ofMinutes(30);

  private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

  public AgentSettings {
    users = List.copyOf(users);
    attributes = Map.copyOf(attributes);
    variables = Map.copyOf(variables);
    machine = Map.copyOf(machine);
  }

  /**
   * A slot for each GPU or one with everything, jobs as the agent's user, the agent's own PATH and
   * no more.
   */
  public static AgentSettings of(String name, String release, Path data) {
    String path = System.getenv("PATH");
    return new AgentSettings(
        name,
        release,
        data,
        SlotRule.AUTO,
        SlotLayout.Reserve.NONE,
        List.of(),
        Map.of(),
        Map.of("PATH", path == null ? DEFAULT_PATH : path, "LANG", "C.UTF-8"),
        SESSION_IDLE,
        STALL_AFTER,
        AssetMode.AUTO,
        Map.of(),
        SessionLimits.DEFAULT);
  }

  public AgentSettings withSlots(SlotRule rule, SlotLayout.Reserve kept) {
    return new AgentSettings(
        name,
        release,
        data,
        rule,
        kept,
        users,
        attributes,
        variables,
        sessionIdle,
        stallAfter,
        assets,
        machine,
        limits);
  }

  public AgentSettings withUsers(List<JobUser> who) {
    return new AgentSettings(
        name,
        release,
        data,
        slots,
        reserve,
        who,
        attributes,
        variables,
        sessionIdle,
        stallAfter,
        assets,
        machine,
        limits);
  }

  public AgentSettings withSessionIdle(Duration idle) {
    return new AgentSettings(
        name,
        release,
        data,
        slots,
        reserve,
        users,
        attributes,
        variables,
        idle,
        stallAfter,
        assets,
        machine,
        limits);
  }

  public AgentSettings withStallAfter(Duration quiet) {
    return new AgentSettings(
        name,
        release,
        data,
        slots,
        reserve,
        users,
        attributes,
        variables,
        sessionIdle,
        quiet,
        assets,
        machine,
        limits);
  }

  public AgentSettings withAssets(AssetMode how) {
    return new AgentSettings(
        name,
        release,
        data,
        slots,
        reserve,
        users,
        attributes,
        variables,
        sessionIdle,
        stallAfter,
        how,
        machine,
        limits);
  }

  public AgentSettings withMachine(Map<String, String> known) {
    return new AgentSettings(
        name,
        release,
        data,
        slots,
        reserve,
        users,
        attributes,
        variables,
        sessionIdle,
        stallAfter,
        assets,
        known,
        limits);
  }

  public AgentSettings withLimits(SessionLimits all) {
    return new AgentSettings(
        name,
        release,
        data,
        slots,
        reserve,
        users,
        attributes,
        variables,
        sessionIdle,
        stallAfter,
        assets,
        machine,
        all);
  }
}
