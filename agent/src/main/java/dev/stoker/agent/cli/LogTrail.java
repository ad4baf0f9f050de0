package dev.stoker.agent.cli;

import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.LogChunk;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the logs of a job's tasks as they grow, each byte once. What is over and read costs a bit,
 * so a job of a million tasks is followed with what runs in mind. Used by one thread.
 */
final class LogTrail {
  private static final int PAGE = 1_000;

  private final ControllerClient client;
  private final String jobId;
  private final int attempt;
  private final Printer printer;

  /** By task and attempt that may still grow: how much was printed, in bytes. */
  private final Map<String, Long> offsets = new HashMap<>();

  /** Attempts that were over when they were last read; a node may send the last lines late. */
  private final Set<String> ended = new HashSet<>();

  /** Tasks, by their number in the job, of which nothing more comes. */
  private final BitSet done = new BitSet();

  private Map<String, Jobs.Task> running = Map.of();

  /** All tasks up to this one are done. */
  private @Nullable String doneUpTo;

  /** Takes pieces of logs. */
  @FunctionalInterface
  interface Printer {
    void print(Jobs.Task task, int attempt, String text);
  }

  /**
   * @param attempt which one of each task; 0 for the latest
   */
  LogTrail(ControllerClient client, String jobId, int attempt, Printer printer) {
    this.client = client;
    this.jobId = jobId;
    this.attempt = attempt;
    this.printer = printer;
  }

  /** Prints what is new of every task. */
  void readAll() {
    @Nullable String after = doneUpTo;
    do {
      after = readPage(after);
    } while (after != null);
  }

  /**
   * Prints what is new of tasks that run or ran a moment ago, and of those that come first of what
   * is not done: what started and ended in between is mostly there.
   */
  void readRecent() {
    Map<String, Jobs.Task> now = new HashMap<>();
    client.watch(jobId, 0).running().forEach(task -> now.put(task.taskId(), task));
    now.values().forEach(this::read);
    running.values().stream()
        .filter(task -> !now.containsKey(task.taskId()))
        .forEach(task -> read(client.task(jobId, task.taskId())));
    running = now;
    readPage(doneUpTo);
  }

  /** Reads a page, and says what the next one comes after; null at the end. */
  private @Nullable String readPage(@Nullable String after) {
    Jobs.Tasks page = client.tasks(jobId, after, PAGE);
    boolean following = after == null ? doneUpTo == null : after.equals(doneUpTo);
    for (Jobs.Task task : page.tasks()) {
      read(task);
      following = following && done.get(number(task));
      if (following) {
        doneUpTo = task.taskId();
      }
    }
    return page.next();
  }

  private static int number(Jobs.Task task) {
    return Integer.parseInt(task.taskId().substring(task.taskId().lastIndexOf('-') + 1));
  }

  /** Prints what is new of one task. */
  void read(Jobs.Task task) {
    int number = number(task);
    if (done.get(number)) {
      return;
    }
    if (task.attempts().isEmpty()) {
      // Canceled before it started: nothing comes.
      done.set(number, task.state().isFinal());
      return;
    }
    Jobs.Attempt latest = task.attempts().getLast();
    int which = attempt > 0 ? attempt : latest.attempt();
    String key = task.taskId() + "/" + which;
    boolean over = which < latest.attempt() || latest.endedMillis() != null;
    boolean wasOver = ended.contains(key);
    if (!wasOver || (over && task.state().isFinal())) {
      print(task, which, key);
    }
    if (over && !ended.add(key) && task.state().isFinal()) {
      done.set(number);
      ended.remove(key);
      offsets.remove(key);
    }
  }

  private void print(Jobs.Task task, int which, String key) {
    while (true) {
      long offset = offsets.getOrDefault(key, 0L);
      LogChunk chunk = client.readLog(jobId, task.taskId(), which, offset);
      if (chunk.text().isEmpty()) {
        return;
      }
      offsets.put(key, chunk.offset() + chunk.text().getBytes(StandardCharsets.UTF_8).length);
      printer.print(task, which, chunk.text());
    }
  }
}
