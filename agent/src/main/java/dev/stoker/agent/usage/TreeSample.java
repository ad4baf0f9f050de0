package dev.stoker.agent.usage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One look at a process tree: what its processes took so far and hold now. Reused from look to
 * look; not thread-safe.
 *
 * <p>Counters of processes that ended stay in their parents' (wait4(2), and the kernel's
 * task_io_accounting_add), and in the end in the shim's, so sums over those alive and the shim
 * never go back.
 *
 * <p>Memory is what the control group is charged for, without page cache; else the private memory
 * of all and the largest shared part of one. Not the proportional set size: {@code smaps_rollup}
 * walks every page of a process under its mmap lock, which a 100 GB scene pays for with a stutter.
 */
final class TreeSample {
  /** The unit of times in {@code /proc/PID/stat} on every architecture of Linux (USER_HZ). */
  private static final long TICKS_PER_SECOND = 100;

  private static final int MOST_DESCRIBED = 3;

  private final Path proc;
  private final ProcessTree tree;
  private final List<Path> groups;
  private final ProcFile file = new ProcFile();

  private long cpuTicks;
  private long memoryBytes;
  private long highestBytes;
  private long readBytes;
  private long writtenBytes;

  /** See {@link ProcessTree}. */
  TreeSample(Path proc, long root, List<Path> groups) {
    this.proc = proc;
    this.groups = List.copyOf(groups);
    this.tree = new ProcessTree(proc, root, groups);
  }

  /**
   * Looks anew.
   *
   * @param sinceTicks processes that started before tell no peak: it was somebody else's
   */
  void look(long sinceTicks) {
    cpuTicks = 0;
    readBytes = 0;
    writtenBytes = 0;
    highestBytes = 0;
    long privateBytes = 0;
    long sharedBytes = 0;
    tree.look();
    addCounters(tree.root());
    for (int i = 0; i < tree.count(); i++) {
      long pid = tree.pid(i);
      long started = addCounters(pid);
      if (started >= 0 && file.read(proc + "/" + pid + "/status")) {
        if (started >= sinceTicks) {
          highestBytes = Math.max(highestBytes, kib("VmHWM:"));
        }
        privateBytes += kib("RssAnon:");
        sharedBytes = Math.max(sharedBytes, kib("RssFile:") + kib("RssShmem:"));
      }
    }
    long charged = charged();
    memoryBytes = charged >= 0 ? charged : privateBytes + sharedBytes;
  }

  private long kib(String label) {
    return Math.max(0, file.labeled(label)) << 10;
  }

  /** What the kernel charges the group for beside page cache; -1 where it does not say. */
  private long charged() {
    for (Path group : groups) {
      if (file.read(group + "/memory.stat")) {
        long anonymous = file.labeled("anon ");
        boolean unified = anonymous >= 0;
        if (!unified) {
          anonymous = file.labeled("total_rss ");
        }
        if (anonymous >= 0) {
          return anonymous + Math.max(0, file.labeled(unified ? "shmem " : "total_shmem "));
        }
      }
    }
    return -1;
  }

  /** Adds what a process and those it waited for took; says when it started, -1: it is gone. */
  private long addCounters(long pid) {
    if (!file.read(proc + "/" + pid + "/stat")) {
      return -1;
    }
    file.skipName();
    file.skipWords(11); // to field 14, utime; then stime, cutime, cstime
    cpuTicks += file.number() + file.number() + file.number() + file.number();
    file.skipWords(5); // from the blank behind field 17 to field 22, starttime
    long started = file.number();
    if (file.read(proc + "/" + pid + "/io")) {
      readBytes += Math.max(file.labeled("rchar:"), file.labeled("read_bytes:"));
      writtenBytes += Math.max(file.labeled("wchar:"), file.labeled("write_bytes:"));
    }
    return started;
  }

  /** Since when processes are counted as started now, in the unit of their start times. */
  long ticksSinceBoot() {
    return file.read(proc + "/uptime") ? file.number() * TICKS_PER_SECOND : Long.MAX_VALUE;
  }

  double cpuSeconds() {
    return (double) cpuTicks / TICKS_PER_SECOND;
  }

  long memoryBytes() {
    return memoryBytes;
  }

  /** The most that one process which is still there ever held. */
  long highestBytes() {
    return highestBytes;
  }

  long readBytes() {
    return readBytes;
  }

  long writtenBytes() {
    return writtenBytes;
  }

  int processes() {
    return tree.count();
  }

  long pid(int index) {
    return tree.pid(index);
  }

  /** What its processes were at, for people, such as {@code blender (12) sleeps in futex_wait}. */
  String doing() {
    List<String> said = new ArrayList<>();
    for (int i = 0; i < tree.count() && said.size() < MOST_DESCRIBED; i++) {
      said.add(doing(tree.pid(i)));
    }
    int more = tree.count() - said.size();
    return said.isEmpty()
        ? "no process is left"
        : String.join(", ", said) + (more > 0 ? " and " + more + " more" : "");
  }

  private String doing(long pid) {
    file.read(proc + "/" + pid + "/stat");
    file.skipName();
    String state =
        switch (file.letter()) {
          case 'R' -> "runs";
          case 'S' -> "sleeps";
          case 'D' -> "waits for a disk or a file server";
          case 'T', 't' -> "is stopped";
          case 'Z' -> "has ended and was not waited for";
          default -> "is gone";
        };
    String where = text(pid, "wchan");
    return "%s (%d) %s%s"
        .formatted(
            text(pid, "comm"),
            pid,
            state,
            where.isEmpty() || where.equals("0") ? "" : " in " + where);
  }

  private String text(long pid, String name) {
    try {
      return Files.readString(proc.resolve(pid + "/" + name)).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
