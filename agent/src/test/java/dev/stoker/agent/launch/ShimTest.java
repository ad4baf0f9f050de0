package dev.stoker.agent.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoker.agent.node.CpuSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ShimTest {
  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final Map<String, String> PATH = Map.of("PATH", "/usr/local/bin:/usr/bin:/bin");

  @TempDir Path folder;
  private Shim shim;

  @BeforeEach
  void start() throws IOException {
    shim = Shim.start(SessionBinding.to(CpuSet.EMPTY, null), folder.resolve("session-1"));
  }

  @AfterEach
  void end() {
    shim.close();
  }

  @Test
  void anActionIsBoundToItsCpusBeforeItsFirstInstruction() throws Exception {
    restart(SessionBinding.to(CpuSet.of(1), null));
    Outcome outcome = run("grep", "Cpus_allowed_list", "/proc/self/status");
    assertEquals(List.of("Cpus_allowed_list:\t1"), outcome.lines);
  }

  @Test
  void memoryPolicyNicenessOomScoreUmaskAndLimitsAreInForceToo() throws Exception {
    restart(
        new SessionBinding(
            CpuSet.EMPTY,
            "preferred:0",
            List.of(),
            List.of(),
            null,
            Map.of("nofile", 256L, "core", 0L, "stack", 4L << 20),
            321,
            7,
            List.of(),
            Duration.ofMinutes(1)));
    Outcome outcome =
        run(
            "sh",
            "-c",
            "nice; cat /proc/self/oom_score_adj; umask; ulimit -n; ulimit -c; ulimit -s; head -n 1"
                + " /proc/self/numa_maps | cut -d ' ' -f 2; ulimit -n 257 || echo refused");
    List<String> said = outcome.lines.stream().filter(line -> !line.contains("ulimit:")).toList();
    boolean numa = Files.exists(Path.of("/proc/self/numa_maps"));
    assertEquals(List.of("7", "321", "0077", "256", "0", "4096"), said.subList(0, 6));
    assertTrue(!numa || said.get(6).startsWith("prefer"), said.toString());
  }

  /** Else systemd would find it left over in the agent's unit. */
  @Test
  void aShimIsInTheGroupThatIsItsHomeAndItsActionsInTheirs() throws Exception {
    Path top =
        Files.exists(Path.of("/sys/fs/cgroup/unified"))
            ? Path.of("/sys/fs/cgroup/unified")
            : Path.of("/sys/fs/cgroup");
    Privileges.require(
        Files.isWritable(top.resolve("cgroup.procs")), "needs a writable cgroup tree");
    String name = "stoker-home-" + ProcessHandle.current().pid();
    Path home = Files.createDirectory(top.resolve(name));
    Path group = Files.createDirectory(top.resolve(name + "-slot"));
    try {
      restart(SessionBinding.to(CpuSet.EMPTY, null).withCgroups(List.of(group), List.of(home)));
      Outcome outcome = run("sh", "-c", "grep ^0: /proc/$PPID/cgroup /proc/self/cgroup");
      assertTrue(outcome.lines.getFirst().endsWith("0::/" + name), outcome.lines::toString);
      assertTrue(
          outcome.lines.getLast().endsWith("0::/" + name + "-slot"), outcome.lines::toString);
    } finally {
      shim.close();
      Files.delete(home);
      Files.delete(group);
    }
  }

  @Test
  void anActionThatWasCommandedTwiceRunsOnceAndASecondAgentLearnsHowItEnded() throws Exception {
    Path proof = folder.resolve("proof");
    ActionRun run = shim.run(action("sh", "-c", "echo x >> " + proof + "; sleep 0.3; exit 5"));
    Shim second = Shim.adopt(shim.control()).orElseThrow();
    second.resume(
        run.id()); // which of the two agents hears of the end is chance; a file tells both
    until(() -> Files.exists(shim.control().resolve(run.id() + ".exit")));
    ActionRun adopted = Shim.adopt(shim.control()).orElseThrow().resume(run.id());
    assertEquals(new ActionEnd.Exited(5), adopted.await(BOUND).orElseThrow().how());
    assertEquals("x\n", Files.readString(proof));
    second.close();
    until(() -> !shim.isAlive()); // It is this process's child: it counts until it was waited for.
    assertTrue(Shim.adopt(folder.resolve("session-1")).isEmpty());
  }

  /** OpenGL and Vulkan do not read the variables that choose a GPU. */
  @Test
  void aDeviceOfAnotherSlotCannotBeOpenedEvenByRoot() throws Exception {
    boolean root = "0".equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString());
    assertTrue(root || !"true".equals(System.getenv("CI")), "needs root");
    assumeTrue(root, "hiding devices needs root");
    restart(
        SessionBinding.to(CpuSet.EMPTY, null)
            .withHiddenDevices(List.of("/dev/full", "/dev/nvidia77-is-not-here")));
    Outcome outcome = run("sh", "-c", "head -c 1 /dev/full; head -c 1 /dev/zero | wc -c");
    assertEquals(
        List.of("head: cannot open '/dev/full' for reading: Permission denied", "1"),
        outcome.lines);
    assertTrue(Files.isReadable(Path.of("/dev/full")), "the machine still has it");
  }

  @Test
  void aSessionWhoseCpusCannotBeBoundDoesNotStart() {
    IOException refused =
        assertThrows(
            IOException.class,
            () ->
                Shim.start(SessionBinding.to(CpuSet.of(0, 999), null), folder.resolve("refused")));
    assertEquals(
        "Cannot start a session's shim: stoker-shim cannot bind all of its CPUs: Invalid argument.",
        refused.getMessage());
    assertFalse(Files.exists(folder.resolve("refused")));
  }

  @Test
  void anActionSeesItsOwnVariablesAndNoOthers() throws Exception {
    Outcome outcome = run("env");
    assertEquals(
        List.of("PATH=/usr/local/bin:/usr/bin:/bin", "STOKER_SESSION=session-1"),
        outcome.lines.stream().sorted().toList());
  }

  @Test
  void theExitCodeAndTheSignalAreTold() throws Exception {
    assertEquals(new ActionEnd.Exited(7), run("sh", "-c", "exit 7").end.how());
    assertEquals(new ActionEnd.Signaled(15), run("sh", "-c", "kill $$").end.how());
    assertEquals(
        new ActionEnd.NotStarted("no-such-renderer: No such file or directory"),
        run("no-such-renderer").end.how());
  }

  @Test
  void standardInputIsEmptyAndBothOutputsReachTheLog() throws Exception {
    Outcome outcome = run("sh", "-c", "cat; echo out; echo err >&2");
    assertEquals(List.of("out", "err"), outcome.lines);
  }

  @Test
  void aRendererThatIgnoresSigtermIsKilled() throws Exception {
    try (ActionRun action =
        shim.run(action("sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done"))) {
      List<String> lines = new ArrayList<>();
      until(
          () -> {
            action.log().drain(lines::add);
            return lines.contains("up");
          });
      action.terminate();
      assertTrue(action.await(Duration.ofMillis(300)).isEmpty());
      action.kill();
      assertEquals(new ActionEnd.Signaled(9), action.await(BOUND).orElseThrow().how());
    }
  }

  @Test
  void aDaemonThatForkedTwiceIsGoneWhenItsActionHasEnded() throws Exception {
    Outcome outcome =
        run("sh", "-c", "setsid sh -c 'setsid sleep 300 & echo $!' & sleep 0.2; exit 3");
    long daemon = Long.parseLong(outcome.lines.getFirst());
    assertEquals(new ActionEnd(new ActionEnd.Exited(3), 0), outcome.end);
    assertFalse(Files.exists(Path.of("/proc/" + daemon)));
  }

  /** It forks twice, leaves its group and session, ignores SIGTERM, and has children of its own. */
  @Test
  void whoeverAKilledActionStartedGoesWithIt() throws Exception {
    String daemon =
        "trap \"\" TERM HUP INT; setsid sh -c \"trap : TERM; while :; do sleep 1; done\" &"
            + " echo $!; sleep 300 & echo $!; while :; do sleep 1; done";
    try (ActionRun action =
        shim.run(action("sh", "-c", "(setsid sh -c '" + daemon + "' &) ; sleep 300 & wait"))) {
      List<String> pids = new ArrayList<>();
      until(
          () -> {
            action.log().drain(pids::add);
            return pids.size() == 2;
          });
      action.terminate();
      action.kill();
      assertEquals(0, action.await(BOUND).orElseThrow().processesLeft());
      for (String pid : pids) {
        assertFalse(Files.exists(Path.of("/proc/" + pid)), pid);
      }
    }
  }

  @Test
  void orphansThatEndWhileTheirActionRunsLeaveNoZombies() throws Exception {
    try (ActionRun action =
        shim.run(
            action(
                "sh",
                "-c",
                "for i in 1 2 3 4 5 6 7 8 9; do (setsid true &); done; echo up; sleep 300"))) {
      List<String> lines = new ArrayList<>();
      until(
          () -> {
            action.log().drain(lines::add);
            return lines.contains("up") && children(shim.pid()) == 1;
          });
      action.kill();
      assertTrue(action.await(BOUND).isPresent());
    }
  }

  /** Zombies are listed, too. */
  private static int children(long pid) {
    try {
      String listed = Files.readString(Path.of("/proc/" + pid + "/task/" + pid + "/children"));
      return listed.isBlank() ? 0 : listed.strip().split(" ", -1).length;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aDaemonOfAnEnvironmentLivesUntilItsSessionEnds() throws Exception {
    Outcome entered;
    try (ActionRun run =
        shim.run(
            new Action(
                folder,
                PATH,
                List.of("sh", "-c", "setsid sleep 300 & echo $!"),
                true,
                Duration.ZERO))) {
      entered = finish(run);
    }
    Path daemon = Path.of("/proc/" + entered.lines.getFirst());
    assertTrue(Files.exists(daemon));
    Outcome task = run("sh", "-c", "sleep 300 & echo $!");
    assertFalse(Files.exists(Path.of("/proc/" + task.lines.getFirst())));
    assertTrue(Files.exists(daemon));
    shim.close();
    assertFalse(Files.exists(daemon));
  }

  @Test
  void aRendererThatClosesItsOutputsIsStillWaitedFor() throws Exception {
    Path proof = folder.resolve("proof");
    Outcome outcome = run("sh", "-c", "exec >&- 2>&-; sleep 0.3; : > " + proof + "; exit 4");
    assertEquals(new ActionEnd.Exited(4), outcome.end.how());
    assertTrue(Files.exists(proof));
  }

  @Test
  void aLogOf200MegabytesIsReadInBoundedMemory() throws Exception {
    readInBoundedMemory(200_000_000);
  }

  @Test
  @Tag("nightly")
  void aLogOfAGibibyteIsReadInBoundedMemory() throws Exception {
    readInBoundedMemory(1 << 30);
  }

  private void readInBoundedMemory(long bytes) throws Exception {
    long before = usedHeapBytes();
    long[] seen = new long[2];
    try (ActionRun run =
        shim.run(
            action(
                "sh", "-c", "yes '0123456789012345678901234567890123456789' | head -c " + bytes))) {
      while (run.await(Duration.ofMillis(5)).isEmpty()) {
        run.log().drain(line -> seen[0]++);
      }
      run.log().finish(line -> seen[1]++);
      assertEquals(bytes, run.log().readBytes());
    }
    assertEquals((bytes + 40) / 41, seen[0] + seen[1]);
    assertTrue(usedHeapBytes() - before < 64 << 20);
  }

  @Test
  void bytesThatAreNotUtf8AreShownAndLongLinesAreCut() throws Exception {
    Outcome outcome =
        run(
            "sh",
            "-c",
            "printf 'a\\377b\\r"
                + "\\n"
                + "10%%\\r"
                + "20%%\\r"
                + "\\n"
                + "'; head -c 100000 /dev/zero | tr '\\0' x; echo; printf end");
    assertEquals("a\uFFFDb", outcome.lines.get(0));
    assertEquals(List.of("10%", "20%"), outcome.lines.subList(1, 3));
    assertTrue(outcome.lines.get(3).endsWith("x [line cut after 64 KiB]"));
    assertEquals("end", outcome.lines.get(4));
  }

  @Test
  void anActionIsKilledAtItsLimitEvenIfNoAgentAsks() throws Exception {
    Action endless =
        new Action(folder, PATH, List.of("sleep", "300"), false, Duration.ofSeconds(1));
    try (ActionRun run = shim.run(endless)) {
      assertEquals(new ActionEnd.Signaled(9), run.await(BOUND).orElseThrow().how());
    }
  }

  @Test
  void aShimThatNobodyTalksToEndsByItself() throws Exception {
    restart(SessionBinding.to(CpuSet.EMPTY, null).withIdleLimit(Duration.ofSeconds(1)));
    run("true");
    until(() -> !shim.isAlive());
  }

  @Test
  void whatADeadShimLeftIsFoundAndEnded() throws Exception {
    ActionRun run = shim.run(action("sh", "-c", "setsid sleep 300 & echo $!; wait"));
    List<String> lines = new ArrayList<>();
    until(
        () -> {
          run.log().drain(lines::add);
          return !lines.isEmpty();
        });
    Path left = Path.of("/proc/" + lines.getFirst());
    String pid = Files.readString(shim.control().resolve("shim.pid")).split(" ", -1)[0];
    ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
    assertInstanceOf(ActionEnd.Vanished.class, run.await(BOUND).orElseThrow().how());
    assertTrue(Shim.endLeftover(shim.control()));
    until(() -> !Files.exists(left));
    assertFalse(Files.exists(shim.control()));
  }

  @Test
  void aJobUserCannotTouchTheShim() throws Exception {
    Privileges.require("0".equals(Privileges.uid()), "needs root to change users");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    restart(
        SessionBinding.to(CpuSet.EMPTY, new SessionBinding.JobUser(65534, 65534, List.of(65534))));
    Outcome outcome =
        run("sh", "-c", "id -u; id -G; ls " + shim.control() + "; kill $PPID; cat /proc/1/environ");
    assertEquals(List.of("65534", "65534"), outcome.lines.subList(0, 2));
    List<String> answers = outcome.lines.stream().skip(2).filter(line -> !line.isBlank()).toList();
    assertEquals(3, answers.size());
    assertTrue(
        answers.stream().allMatch(line -> line.contains("denied") || line.contains("permitted")),
        answers::toString);
    assertTrue(shim.isAlive());
  }

  @Test
  void anActionJoinsItsControlGroupBeforeItsFirstInstruction() throws Exception {
    Path top =
        Files.exists(Path.of("/sys/fs/cgroup/unified"))
            ? Path.of("/sys/fs/cgroup/unified")
            : Path.of("/sys/fs/cgroup");
    Privileges.require(
        Files.isWritable(top.resolve("cgroup.procs")), "needs a writable cgroup tree");
    Path group = Files.createDirectory(top.resolve("stoker-test-" + ProcessHandle.current().pid()));
    try {
      restart(SessionBinding.to(CpuSet.EMPTY, null).withCgroups(List.of(group), List.of()));
      Outcome outcome = run("sh", "-c", "grep ^0: /proc/self/cgroup; setsid sleep 300 &");
      assertEquals(List.of("0::/" + group.getFileName()), outcome.lines);
      assertEquals("", Files.readString(group.resolve("cgroup.procs")));
    } finally {
      shim.close();
      Files.delete(group);
    }
  }

  @Test
  void theGapBetweenTwoActionsIsAFewMilliseconds() throws Exception {
    long[] micros = new long[60];
    for (int i = -20; i < micros.length; i++) {
      long start = System.nanoTime();
      try (ActionRun run = shim.run(action("true"))) {
        assertTrue(run.await(BOUND).orElseThrow().succeeded());
      }
      if (i >= 0) {
        micros[i] = (System.nanoTime() - start) / 1000;
      }
    }
    Arrays.sort(micros);
    System.out.println(
        "shim: action of /bin/true from run to end, p50 "
            + micros[micros.length / 2]
            + " us, p90 "
            + micros[micros.length * 9 / 10]
            + " us");
    // The target is 5 ms on a machine of its own; tests share theirs.
    assertTrue(micros[micros.length / 2] < 50_000);
  }

  private Action action(String... command) {
    return new Action(folder, PATH, List.of(command), false, Duration.ZERO);
  }

  private Outcome run(String... command) throws Exception {
    try (ActionRun run = shim.run(action(command))) {
      return finish(run);
    }
  }

  private static Outcome finish(ActionRun run) throws InterruptedException {
    ActionEnd end = run.await(BOUND).orElseThrow();
    List<String> lines = new ArrayList<>();
    run.log().finish(lines::add);
    return new Outcome(end, lines);
  }

  private record Outcome(ActionEnd end, List<String> lines) {}

  private void restart(SessionBinding binding) throws IOException {
    shim.close();
    shim = Shim.start(binding, folder.resolve("session-1"));
  }

  private static long usedHeapBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + BOUND.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "the condition did not come true in time");
      Thread.onSpinWait();
    }
  }

  private static final class Privileges {
    static String uid() throws IOException {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString();
    }

    static void require(boolean there, String reason) {
      assertTrue(there || !"true".equals(System.getenv("CI")), reason);
      assumeTrue(there, reason);
    }
  }
}
