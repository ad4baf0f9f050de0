package dev.stoker.agent.usage;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A session's processes: those below its shim, which as subreaper is the ancestor of all of them,
 * daemons and orphans included; or those of its control group where it has one, as the kernel lists
 * them in one file. Not thread-safe.
 */
final class ProcessTree {
  /** Beyond that many the rest is not looked at: a sample must stay cheap. */
  static final int MOST = 1024;

  private final Path proc;
  private final long root;
  private final List<Path> groups;
  private final ProcFile file = new ProcFile();
  private long[] pids = new long[64];
  private int count;

  /**
   * @param proc {@code /proc} but for tests
   * @param root the session's shim, which is not listed itself
   * @param groups control groups that hold the session's processes and no others; may be empty
   */
  ProcessTree(Path proc, long root, List<Path> groups) {
    this.proc = proc;
    this.root = root;
    this.groups = List.copyOf(groups);
  }

  long root() {
    return root;
  }

  /** Looks anew; then {@link #count} and {@link #pid} tell what there is. */
  void look() {
    count = 0;
    if (!groups.isEmpty() && file.read(groups.getFirst() + "/cgroup.procs")) {
      addAll();
      return;
    }
    addChildren(root);
    for (int i = 0; i < count; i++) {
      addChildren(pids[i]);
    }
  }

  int count() {
    return count;
  }

  long pid(int index) {
    return pids[index];
  }

  /** Each thread lists the children that it forked itself (proc(5)). */
  private void addChildren(long pid) {
    Path tasks = proc.resolve(pid + "/task");
    if (!file.read(proc + "/" + pid + "/stat")) {
      return;
    }
    file.skipName();
    file.skipWords(17); // to field 20, num_threads
    if (file.number() <= 1) {
      addListed(tasks.resolve(pid + "/children"));
      return;
    }
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        addListed(thread.resolve("children"));
      }
    } catch (IOException | DirectoryIteratorException e) {
      // It ended meanwhile; its children are their subreaper's now.
    }
  }

  private void addListed(Path children) {
    if (file.read(children.toString())) {
      addAll();
    }
  }

  private void addAll() {
    for (long pid = file.number(); pid > 0 && count < MOST; pid = file.number()) {
      if (count == pids.length) {
        pids = Arrays.copyOf(pids, count * 2);
      }
      pids[count++] = pid;
    }
  }
}
