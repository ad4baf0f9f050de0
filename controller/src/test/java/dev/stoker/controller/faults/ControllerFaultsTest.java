package dev.stoker.controller.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.controller.PostgresServer;
import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.store.DatabaseAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Controllers killed at random, their database restarted, nodes that die at any place and come back
 * late; F1 and F3 of the targets as far as the queue answers for them. {@code -Dstoker.test.seed=}
 * repeats a run as nearly as threads and processes allow.
 */
class ControllerFaultsTest {
  private static final int TASKS = 40;
  private static final int AGENTS = 5;
  private static final int NIGHTLY_TRIALS = 50;

  @TempDir Path folder;

  private final long seed = Long.getLong("stoker.test.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  @Timeout(120)
  void nothingIsLostOrDoneTwiceWhenControllersAreKilled() throws Exception {
    run(StoreKind.SQLITE, 1);
  }

  @Test
  @Timeout(120)
  void nothingIsLostOrDoneTwiceWhenTwoControllersAndTheirDatabaseAreKilled() throws Exception {
    run(StoreKind.POSTGRESQL, 1);
  }

  @Test
  @Tag("nightly")
  void nothingIsLostOrDoneTwiceInALongNight() throws Exception {
    run(StoreKind.SQLITE, NIGHTLY_TRIALS);
    run(StoreKind.POSTGRESQL, NIGHTLY_TRIALS);
  }

  private void run(StoreKind kind, int trials) throws Exception {
    System.out.println("ControllerFaultsTest seed " + seed);
    int lost = 0;
    int doubled = 0;
    int corrupt = 0;
    int faults = 0;
    int events = 0;
    boolean shared = kind == StoreKind.POSTGRESQL;
    Path home = folder.resolve(kind.name());
    try (PostgresServer postgres = shared ? PostgresServer.start(home.resolve("pg")) : null) {
      DatabaseAddress database = postgres == null ? null : postgres.newDatabase();
      List<ControllerSettings> settings =
          List.of(
              ControllerSettings.loopback(home.resolve("one"), 0).withDatabase(database),
              ControllerSettings.loopback(home.resolve("two"), 0).withDatabase(database));
      try (Farm farm = Farm.start(kind, settings)) {
        for (int trial = 0; trial < trials; trial++) {
          var history = new History();
          List<String> tasks = new ArrayList<>();
          faults += trial(farm, postgres, history, trial, tasks);
          History.Verdict verdict = history.replay(tasks);
          lost += verdict.lost();
          doubled += verdict.doubled();
          corrupt += verdict.corrupt();
          events += history.size();
        }
      }
    }
    System.out.printf(
        "%s: %d trials, %d lost, %d doubled, %d corrupt (%d faults, %d events replayed)%n",
        kind, trials, lost, doubled, corrupt, faults, events);
    assertEquals(0, lost + doubled + corrupt, "seed " + seed);
    assertTrue(faults > 0, "nothing was killed");
  }

  private int trial(
      Farm farm, PostgresServer postgres, History history, int trial, List<String> tasks)
      throws Exception {
    String job =
        farm.call(random, null, client -> client.submit(TestJobs.frames(TASKS), "trial-" + trial))
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
    int faults = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> working = agents.stream().map(threads::submit).toList();
      try {
        do {
          if (postgres != null && random.nextInt(3) == 0) {
            postgres.restart();
          } else {
            farm.killOne(random);
          }
          faults++;
        } while (!isOver(farm, job, faults));
      } finally {
        over.set(true);
      }
      for (Future<Boolean> each : working) {
        each.get(90, TimeUnit.SECONDS);
      }
    }
    Jobs.Summary summary = farm.call(random, null, client -> client.job(job));
    assertEquals(Jobs.State.SUCCEEDED, summary.state(), summary.toString());
    return faults;
  }

  /** After some faults the job is left alone until it ends. */
  private boolean isOver(Farm farm, String job, int faults) throws Exception {
    long since = 0;
    while (true) {
      long version = since;
      Jobs.Update update = farm.call(random, null, client -> client.watch(job, version));
      if (update.job().state().isFinal()) {
        return true;
      }
      if (faults < 4) {
        return false;
      }
      since = update.version();
    }
  }
}
