package dev.stoker.agent.launch;

import dev.stoker.agent.node.OwnCgroups;
import dev.stoker.agent.node.Slot;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Control groups that hold what a slot's renderers may have (cgroups(7)): its CPUs, its memory, a
 * number of processes. Made below the agent's own groups, version 1 or 2; where the agent may not
 * make any there are none, and the shim's affinity holds alone.
 *
 * <p>They stay when the agent dies, with the renderers in them; the next agent of the same name
 * takes them over. Thread-safe.
 */
public final class SlotCgroups implements AutoCloseable {
  private static final Logger LOG = System.getLogger(SlotCgroups.class.getName());

  /** A render farm's largest tools start hundreds; a fork bomb tens of thousands a second. */
  private static final int MOST_PROCESSES = 16_384;

  private static final String VERSION_2_CONTROLLERS = "+cpuset +memory +pids";

  /** What holds no renderer of version 2 holds these: groups have processes or groups, not both. */
  private static final String SHIMS = "shims";

  private final List<Path> tops;
  private final Map<String, List<Path>> bySlot = new HashMap<>(); // filled by prepare alone

  private SlotCgroups(List<Path> tops) {
    this.tops = List.copyOf(tops);
  }

  /**
   * Makes a group for each slot.
   *
   * @param name tells the agents of one machine apart
   */
  public static SlotCgroups prepare(OwnCgroups own, String name, List<Slot> slots) {
    List<Path> tops = new ArrayList<>();
    own.version1().values().forEach(parent -> makeTop(parent, name, null, tops));
    boolean unified = own.version1().isEmpty();
    if (unified) {
      own.version2().ifPresent(parent -> makeTop(parent, name, own, tops));
    }
    SlotCgroups groups = new SlotCgroups(tops);
    slots.forEach(groups::make);
    return groups;
  }

  /**
   * @param unified whose group of version 2 it is, null for version 1
   */
  private static void makeTop(
      Path parent, String name, @Nullable OwnCgroups unified, List<Path> tops) {
    Path top = parent.resolve(name);
    try {
      if (unified != null) {
        giveUpInnerProcesses(parent, unified.isLent());
        write(parent.resolve("cgroup.subtree_control"), VERSION_2_CONTROLLERS);
      }
      makeGroup(top);
      if (unified != null) {
        write(top.resolve("cgroup.subtree_control"), VERSION_2_CONTROLLERS);
      }
      makeGroup(top.resolve(SHIMS));
      tops.add(top);
    } catch (IOException e) {
      LOG.log(
          Level.INFO,
          "Slots get no control groups below {0}: {1}; affinity and limits hold without.",
          parent,
          e instanceof AccessDeniedException ? "this user may make none" : e.getMessage());
    }
  }

  /**
   * Version 2 gives controllers to groups whose parent holds no process ("no internal processes").
   *
   * @param lent whether the processes there only keep the group from being removed
   */
  private static void giveUpInnerProcesses(Path own, boolean lent) throws IOException {
    boolean isTop = !Files.exists(own.resolve("cgroup.type"));
    if (!isTop) {
      List<String> inside = Files.readAllLines(own.resolve("cgroup.procs"));
      String self = "" + ProcessHandle.current().pid();
      if (!lent && inside.stream().anyMatch(process -> !process.equals(self))) {
        throw new IOException("other processes are in that group, too");
      }
      Path leaf = own.resolve(lent ? "keeper" : "agent");
      Files.createDirectories(leaf);
      for (String process : lent ? inside : List.of(self)) {
        write(leaf.resolve("cgroup.procs"), process);
      }
    }
  }

  /** A cpuset of version 1 takes no process before it has CPUs and memory. */
  private static void makeGroup(Path group) throws IOException {
    Files.createDirectories(group);
    for (String file : new String[] {"cpuset.cpus", "cpuset.mems"}) {
      Path own = group.resolve(file);
      Path above = group.resolveSibling(file);
      if (Files.exists(own) && Files.exists(above) && Files.readString(own).isBlank()) {
        write(own, Files.readString(above).strip());
      }
    }
  }

  private void make(Slot slot) {
    List<Path> groups = new ArrayList<>();
    for (Path top : tops) {
      Path group = top.resolve(slot.id());
      try {
        makeGroup(group);
        limit(group, "cpuset.cpus", slot.cpus().toString());
        limit(group, "pids.max", "" + MOST_PROCESSES);
        if (slot.memoryBytes() > 0) {
          limit(group, "memory.limit_in_bytes", "" + slot.memoryBytes());
          limit(group, "memory.max", "" + slot.memoryBytes());
          // One process of a renderer that is killed leaves the others waiting for it.
          limit(group, "memory.oom.group", "1");
        }
        groups.add(group);
      } catch (IOException e) {
        LOG.log(Level.WARNING, "Cannot limit {0} by {1}: {2}", slot.id(), group, e.getMessage());
      }
    }
    bySlot.put(slot.id(), List.copyOf(groups));
  }

  private static void limit(Path group, String file, String value) throws IOException {
    if (Files.exists(group.resolve(file))) {
      write(group.resolve(file), value);
    }
  }

  /** The folders that a slot's renderers join. */
  public List<Path> of(String slotId) {
    return bySlot.getOrDefault(slotId, List.of());
  }

  /** The folders that sessions' shims join, so that they outlive the agent's own group. */
  public List<Path> shims() {
    return tops.stream().map(top -> top.resolve(SHIMS)).toList();
  }

  /**
   * How many processes of the slot the kernel killed for want of memory, ever; where the slot has
   * no memory of its own, how many of the machine's.
   */
  public long memoryKills(String slotId) {
    for (Path group : of(slotId)) {
      for (String file : new String[] {"memory.oom_control", "memory.events"}) {
        if (Files.exists(group.resolve(file))) {
          return number(group.resolve(file), "oom_kill ");
        }
      }
    }
    return number(Path.of("/proc/vmstat"), "oom_kill ");
  }

  private static long number(Path file, String prefix) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(prefix)) {
          return Long.parseLong(line.substring(prefix.length()).strip());
        }
      }
    } catch (IOException | NumberFormatException e) {
      return 0; // the group has no memory controller
    }
    return 0;
  }

  private static void write(Path file, String text) throws IOException {
    // One write call: the kernel takes each as a whole value.
    Files.write(file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE);
  }

  /** Removes the groups; those with a process in them stay. */
  @Override
  public void close() {
    bySlot.values().stream().flatMap(List::stream).forEach(SlotCgroups::remove);
    shims().forEach(SlotCgroups::remove);
    tops.forEach(SlotCgroups::remove);
  }

  private static void remove(Path group) {
    try {
      Files.deleteIfExists(group);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "The control group {0} stays: {1}", group, e.getMessage());
    }
  }
}
