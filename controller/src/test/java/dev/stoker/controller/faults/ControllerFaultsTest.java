package dev.stoker.controller.faults;

import dev.stoker.controller.PostgresServer;
import dev.stoker.controller.StoreKind;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.store.DatabaseAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Controllers killed at random, their database restarted or cut off, nodes that die at any place
 * and come back late: F1 and F3 of the targets as far as the queue answers for them.
 */
@Timeout(7_200)
class ControllerFaultsTest {
  private static final int LONGEST_CUT_MILLIS = 2_500;

  /** The server gives a silent transaction up after 5 s, a controller an answer after 25. */
  private static final int BEYOND_EVERY_TIMEOUT_MILLIS = 30_000;

  @TempDir Path folder;

  @Test
  void nothingIsLostOrDoneTwiceWhenControllersAreKilled() throws Exception {
    var run = new FaultRun("F1 controller, SQLite");
    try (Farm farm = Farm.start(StoreKind.SQLITE, settings(null, null))) {
      run.run(farm, struck -> struck.killOne(run.random));
    }
  }

  @Test
  void nothingIsLostOrDoneTwiceWhenTwoControllersAndTheirDatabaseAreKilled() throws Exception {
    var run = new FaultRun("F1 two controllers, PostgreSQL");
    try (PostgresServer postgres = PostgresServer.start(folder.resolve("pg"))) {
      DatabaseAddress database = postgres.newDatabase();
      try (Farm farm = Farm.start(StoreKind.POSTGRESQL, settings(database, database))) {
        run.run(
            farm,
            struck -> {
              if (run.random.nextInt(3) == 0) {
                postgres.restart();
              } else {
                struck.killOne(run.random);
              }
            });
      }
    }
  }

  @Tag("nightly")
  @Test
  void nothingIsLostOrDoneTwiceWhenControllersAreCutOffFromTheirDatabase() throws Exception {
    var run = new FaultRun("F3 controller and database");
    String address = PostgresServer.withLogin(PostgresServer.sharedDatabase());
    int port = Integer.parseInt(address.replaceAll(".*:(\\d+)/.*", "$1"));
    try (CutProxy one = CutProxy.to(port);
        CutProxy two = CutProxy.to(port);
        Farm farm =
            Farm.start(
                StoreKind.POSTGRESQL,
                settings(through(one, address, port), through(two, address, port)))) {
      run.run(
          farm,
          struck -> {
            CutProxy wire = run.random.nextBoolean() ? one : two;
            wire.cut();
            boolean lasts = run.isLong() && run.random.nextInt(5) == 0;
            struck.pass(
                lasts ? BEYOND_EVERY_TIMEOUT_MILLIS : run.random.nextInt(LONGEST_CUT_MILLIS));
            wire.mend(run.random);
            struck.pass(run.random.nextInt(300));
          });
    }
  }

  private static DatabaseAddress through(CutProxy wire, String address, int port) {
    return DatabaseAddress.parse(address.replace(":" + port + "/", ":" + wire.port() + "/"));
  }

  private List<ControllerSettings> settings(DatabaseAddress one, DatabaseAddress two) {
    return List.of(
        ControllerSettings.loopback(folder.resolve("one"), 0).withDatabase(one),
        ControllerSettings.loopback(folder.resolve("two"), 0).withDatabase(two));
  }
}
