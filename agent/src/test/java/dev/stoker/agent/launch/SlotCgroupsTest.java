package dev.stoker.agent.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoker.agent.node.CpuSet;
import dev.stoker.agent.node.OwnCgroups;
import dev.stoker.agent.node.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SlotCgroupsTest {
  private static final Map<String, String> PATH = Map.of("PATH", "/usr/local/bin:/usr/bin:/bin");
  private static final long LIMIT = 64L << 20;

  @TempDir Path folder;

  @Test
  void aRendererThatTakesMoreThanItsSlotHasIsKilledAndItIsToldApart() throws Exception {
    Slot slot = new Slot("slot-0", CpuSet.of(0), LIMIT, List.of(), List.of());
    String name = "stoker-test-" + ProcessHandle.current().pid();
    try (SlotCgroups groups =
        SlotCgroups.prepare(OwnCgroups.read(Path.of("/")), name, List.of(slot))) {
      boolean limited =
          groups.of("slot-0").stream()
              .anyMatch(
                  group ->
                      Files.exists(group.resolve("memory.oom_control"))
                          || Files.exists(group.resolve("memory.max")));
      if (!limited) {
        assertFalse("true".equals(System.getenv("CI")), "no control groups can be made");
        assumeTrue(false, "control groups cannot be made here");
      }
      SessionBinding binding =
          SessionBinding.to(CpuSet.EMPTY, null).withCgroups(groups.of("slot-0"), groups.shims());
      try (Shim shim = Shim.start(binding, folder.resolve("session"))) {
        List<String> said = new ArrayList<>();
        ActionEnd small = run(shim, said, "grep", "Cpus_allowed_list", "/proc/self/status");
        assertTrue(small.succeeded());
        if (groups.of("slot-0").stream().anyMatch(g -> Files.exists(g.resolve("cpuset.cpus")))) {
          assertEquals(List.of("Cpus_allowed_list:\t0"), said);
        }
        assertEquals(0, groups.memoryKills("slot-0"));
        for (Path group : groups.of("slot-0")) {
          if (Files.exists(group.resolve("pids.max"))) {
            assertEquals("16384", Files.readString(group.resolve("pids.max")).strip());
          }
        }

        ActionEnd large =
            run(shim, said, "dd", "if=/dev/zero", "of=/dev/null", "bs=300M", "count=1");
        assertEquals(new ActionEnd.Signaled(9), large.how(), said.toString());
        assertTrue(groups.memoryKills("slot-0") > 0);
        assertTrue(run(shim, said, "true").succeeded(), "the slot goes on");
      }
    }
  }

  private static ActionEnd run(Shim shim, List<String> said, String... command) throws Exception {
    try (ActionRun run =
        shim.run(new Action(Path.of("/tmp"), PATH, List.of(command), false, Duration.ZERO))) {
      ActionEnd end = run.await(Duration.ofSeconds(30)).orElseThrow();
      run.log().finish(said::add);
      return end;
    }
  }

  @Test
  void version2GetsTheSameLimitsBelowAGroupThatTheAgentHasLeft() throws IOException {
    Path own = Files.createDirectories(folder.resolve("unit"));
    Path top = Files.createDirectories(own.resolve("stoker-x"));
    Path leaf = Files.createDirectories(own.resolve("agent"));
    Path slot = Files.createDirectories(top.resolve("slot-0"));
    for (String file : List.of("cgroup.type", "cgroup.procs", "cgroup.subtree_control")) {
      Files.writeString(own.resolve(file), "");
      Files.writeString(top.resolve(file), "");
      Files.writeString(leaf.resolve(file), "");
    }
    for (String file : List.of("cpuset.cpus", "pids.max", "memory.max", "memory.oom.group")) {
      Files.writeString(slot.resolve(file), "");
    }
    Files.writeString(slot.resolve("memory.events"), "oom 3\noom_kill 2\noom_group_kill 1\n");
    SlotCgroups groups =
        SlotCgroups.prepare(
            new OwnCgroups(Map.of(), java.util.Optional.of(own), false),
            "stoker-x",
            List.of(new Slot("slot-0", CpuSet.parse("2-5"), LIMIT, List.of(), List.of())));
    assertEquals(List.of(slot), groups.of("slot-0"));
    assertEquals("2-5", Files.readString(slot.resolve("cpuset.cpus")));
    assertEquals("" + LIMIT, Files.readString(slot.resolve("memory.max")));
    assertEquals("+cpuset +memory +pids", Files.readString(own.resolve("cgroup.subtree_control")));
    assertEquals(
        "" + ProcessHandle.current().pid(), Files.readString(leaf.resolve("cgroup.procs")));
    assertEquals(2, groups.memoryKills("slot-0"));
  }

  /** Else the agent's service could not be started while renderers of the last one run. */
  @Test
  void aLentGroupsKeeperIsMovedAsideAndTheAgentStaysWhereItIs() throws IOException {
    Path lent = Files.createDirectories(folder.resolve("stoker-renderers.service"));
    Path keeper = Files.createDirectories(lent.resolve("keeper"));
    for (String file : List.of("cgroup.controllers", "cgroup.type", "cgroup.subtree_control")) {
      Files.writeString(lent.resolve(file), "");
    }
    Files.writeString(lent.resolve("cgroup.procs"), "4711\n");
    Files.writeString(keeper.resolve("cgroup.procs"), "");
    Path top = Files.createDirectories(lent.resolve("stoker-x"));
    Files.writeString(top.resolve("cgroup.subtree_control"), "");
    SlotCgroups groups =
        SlotCgroups.prepare(
            OwnCgroups.lent(lent),
            "stoker-x",
            List.of(new Slot("slot-0", CpuSet.of(0), LIMIT, List.of(), List.of())));
    assertEquals("4711", Files.readString(keeper.resolve("cgroup.procs")));
    assertEquals("+cpuset +memory +pids", Files.readString(lent.resolve("cgroup.subtree_control")));
    assertEquals(List.of(top.resolve("shims")), groups.shims());
    assertTrue(Files.isDirectory(top.resolve("shims")));
    assertFalse(OwnCgroups.lent(folder.resolve("not-there")).isLent());
  }

  @Test
  void whereNoGroupCanBeMadeThereAreNone() {
    SlotCgroups groups =
        SlotCgroups.prepare(
            new OwnCgroups(
                Map.of("memory", Path.of("/proc/nowhere")), java.util.Optional.empty(), false),
            "stoker-x",
            List.of(new Slot("slot-0", CpuSet.of(0), LIMIT, List.of(), List.of())));
    assertEquals(List.of(), groups.of("slot-0"));
    assertTrue(groups.memoryKills("slot-0") >= 0, "the machine's own count");
  }
}
