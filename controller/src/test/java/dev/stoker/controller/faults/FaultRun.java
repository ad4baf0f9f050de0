package dev.stoker.controller.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stoker.controller.TestJobs;
import dev.stoker.controller.protocol.Jobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs jobs on a farm that is struck by faults, replays what nodes were told through the model, and
 * prints one line. A trial is a fault: {@code -Dstoker.trials=} says how many, {@code
 * -Dstoker.seed=} repeats a run as nearly as threads and processes allow.
 */
final class FaultRun {
  private static final int TASKS = 40;
  private static final int AGENTS = 5;

  /** After so many a job is left alone until it ends. */
  private static final int FAULTS_A_JOB = 4;

  private static final int IN_TESTS = 3;
  private static final int LONGEST_CALM_MILLIS = 1_500;

  private final String suite;
  private final long seed = Long.getLong("stoker.seed", System.nanoTime());
  final Random random = new Random(seed);
  private int faults;
  private int events;

  FaultRun(String suite) {
    this.suite = suite;
  }

  /** What happens to a farm; called again and again while a job runs. */
  @FunctionalInterface
  interface Fault {
    void strike(Farm farm) throws Exception;
  }

  /** Whether there is time for faults that take long. */
  boolean isLong() {
    return wanted() > IN_TESTS;
  }

  private static int wanted() {
    return Integer.getInteger("stoker.trials", IN_TESTS);
  }

  void run(Farm farm, Fault fault) throws Exception {
    int lost = 0;
    int doubled = 0;
    int corrupt = 0;
    int jobs = 0;
    while (faults < wanted()) {
      var history = new History();
      List<String> tasks = new ArrayList<>();
      job(farm, fault, history, jobs, tasks);
      History.Replay replay = history.replay(tasks);
      replay.finds().forEach(System.out::println);
      History.Verdict verdict = replay.verdict();
      lost += verdict.lost();
      doubled += verdict.doubled();
      corrupt += verdict.corrupt();
      events += history.size();
      jobs++;
    }
    String line =
        "%s: %d trials, %d lost, %d doubled, %d corrupt (%d jobs, %d events replayed, -Dstoker.seed=%d)"
            .formatted(suite, faults, lost, doubled, corrupt, jobs, events, seed);
    System.out.println(line);
    assertEquals(0, lost + doubled + corrupt, line);
  }

  private void job(Farm farm, Fault fault, History history, int number, List<String> tasks)
      throws Exception {
    String job =
        farm.call(random, null, client -> client.submit(TestJobs.frames(TASKS), "job-" + number))
            .jobId();
    for (int i = 0; i < TASKS; i++) {
      tasks.add(job + "-" + i);
    }
    var over = new AtomicBoolean();
    List<Callable<Boolean>> agents = new ArrayList<>();
    for (int i = 0; i < AGENTS; i++) {
      var agent = new MortalAgent(farm, history, "node-" + i, random.nextLong());
      agents.add(
          () -> {
            agent.run(over::get);
            return true;
          });
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> working = agents.stream().map(threads::submit).toList();
      try {
        int struck = 0;
        do {
          farm.pass(random.nextInt(LONGEST_CALM_MILLIS)); // or each dies at its first calls
          fault.strike(farm);
          struck++;
        } while (!isOver(farm, job, struck));
        faults += struck;
      } finally {
        over.set(true);
      }
      for (Future<Boolean> each : working) {
        each.get(90, TimeUnit.SECONDS);
      }
    }
    Jobs.Summary summary = farm.call(random, null, client -> client.job(job));
    assertEquals(Jobs.State.SUCCEEDED, summary.state(), summary.toString());
  }

  private boolean isOver(Farm farm, String job, int struck) throws Exception {
    long since = 0;
    while (true) {
      long version = since;
      Jobs.Update update = farm.call(random, null, client -> client.watch(job, version));
      if (update.job().state().isFinal()) {
        return true;
      }
      if (struck < FAULTS_A_JOB) {
        return false;
      }
      since = update.version();
    }
  }
}
