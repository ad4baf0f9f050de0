package dev.stoker.agent.launch;

import dev.stoker.agent.node.CpuSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What holds for every action of a session before it executes anything.
 *
 * @param cpus all of these and no others; empty leaves the agent's own affinity
 * @param memoryPolicy {@code bind:0,1}, {@code preferred:0} or {@code interleave:0-1}
 *     (set_mempolicy(2)), or null for the kernel's default
 * @param homes folders of existing control groups that the shim itself joins, so that it is not in
 *     the agent's own, which may be stopped without it
 * @param cgroups folders of existing groups that actions join, version 1 or 2
 * @param user who the job runs as, or null for the agent's own user
 * @param limits resource limits by their ulimit name: as, core, fsize, memlock, nproc, nofile,
 *     stack
 * @param oomScoreAdj -1000 to 1000 (proc(5)), larger is killed first
 * @param niceness 0 to 19
 * @param hiddenDevices files in {@code /dev} that no action can open, whatever its user; needs root
 * @param idleLimit how long the shim lives without an action and without a word from an agent;
 *     zero: for ever
 */
public record SessionBinding(
    CpuSet cpus,
    @Nullable String memoryPolicy,
    List<Path> homes,
    List<Path> cgroups,
    @Nullable JobUser user,
    Map<String, Long> limits,
    int oomScoreAdj,
    int niceness,
    List<String> hiddenDevices,
    Duration idleLimit) {

  /** Renderers go before the agent and its shims when memory runs out. */
  private static final int OOM_SCORE_ADJ = 500;

  /** Four lease terms: an agent that comes back later than that has lost its leases. */
  private static final Duration IDLE_LIMIT = Duration.ofMinutes(2);

  /** Nobody came to adopt its renderer: its task was given to others twenty lease terms ago. */
  private static final Duration ORPHAN_LIMIT = Duration.ofMinutes(10);

  public SessionBinding {
    homes = List.copyOf(homes);
    cgroups = List.copyOf(cgroups);
    limits = Map.copyOf(limits);
    hiddenDevices = List.copyOf(hiddenDevices);
  }

  /**
   * A user as the kernel knows it.
   *
   * @param groups supplementary groups
   */
  public record JobUser(int uid, int gid, List<Integer> groups) {
    public JobUser {
      groups = List.copyOf(groups);
    }
  }

  /** Bound to {@code cpus}, as the agent's own user or as {@code user}. */
  public static SessionBinding to(CpuSet cpus, @Nullable JobUser user) {
    return new SessionBinding(
        cpus, null, List.of(), List.of(), user, Map.of(), OOM_SCORE_ADJ, 0, List.of(), IDLE_LIMIT);
  }

  /** The same as another user. */
  public SessionBinding withUser(@Nullable JobUser who) {
    return new SessionBinding(
        cpus,
        memoryPolicy,
        homes,
        cgroups,
        who,
        limits,
        oomScoreAdj,
        niceness,
        hiddenDevices,
        idleLimit);
  }

  /** The actions join {@code groups}, their shim {@code shims}. */
  public SessionBinding withCgroups(List<Path> groups, List<Path> shims) {
    return new SessionBinding(
        cpus,
        memoryPolicy,
        shims,
        groups,
        user,
        limits,
        oomScoreAdj,
        niceness,
        hiddenDevices,
        idleLimit);
  }

  public SessionBinding withMemoryPolicy(@Nullable String policy) {
    return new SessionBinding(
        cpus,
        policy,
        homes,
        cgroups,
        user,
        limits,
        oomScoreAdj,
        niceness,
        hiddenDevices,
        idleLimit);
  }

  public SessionBinding withHiddenDevices(List<String> devices) {
    return new SessionBinding(
        cpus,
        memoryPolicy,
        homes,
        cgroups,
        user,
        limits,
        oomScoreAdj,
        niceness,
        devices,
        idleLimit);
  }

  public SessionBinding withLimits(SessionLimits all) {
    return new SessionBinding(
        cpus,
        memoryPolicy,
        homes,
        cgroups,
        user,
        all.ulimits(),
        oomScoreAdj,
        all.niceness(),
        hiddenDevices,
        idleLimit);
  }

  public SessionBinding withIdleLimit(Duration limit) {
    return new SessionBinding(
        cpus,
        memoryPolicy,
        homes,
        cgroups,
        user,
        limits,
        oomScoreAdj,
        niceness,
        hiddenDevices,
        limit);
  }

  /** The shim's command line options. */
  List<String> options() {
    List<String> options = new ArrayList<>();
    homes.forEach(group -> add(options, "--home", group.toString())); // before --cpus
    if (!cpus.isEmpty()) {
      add(options, "--cpus", cpus.toString());
    }
    if (memoryPolicy != null) {
      add(options, "--memory-policy", memoryPolicy);
    }
    cgroups.forEach(group -> add(options, "--cgroup", group.toString()));
    if (user != null) {
      add(options, "--user", "" + user.uid());
      add(options, "--group", "" + user.gid());
      if (!user.groups().isEmpty()) {
        add(
            options,
            "--groups",
            String.join(",", user.groups().stream().map(String::valueOf).toList()));
      }
    }
    hiddenDevices.forEach(device -> add(options, "--hide", device));
    limits.forEach((name, value) -> add(options, "--limit", name + "=" + value));
    add(options, "--oom-score", "" + oomScoreAdj);
    add(options, "--nice", "" + niceness);
    add(options, "--idle", "" + idleLimit.toSeconds());
    add(options, "--orphan", "" + ORPHAN_LIMIT.toSeconds());
    return options;
  }

  private static void add(List<String> options, String name, String value) {
    options.add(name);
    options.add(value);
  }
}
