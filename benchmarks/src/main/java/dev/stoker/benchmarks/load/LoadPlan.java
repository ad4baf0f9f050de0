package dev.stoker.benchmarks.load;

import java.time.Duration;

/**
 * What simulated agents do.
 *
 * @param tasksACall how many tasks a lease request asks for
 * @param taskTime how long a task takes; zero: leases are taken and never worked on
 * @param heartbeats whether agents report every 5 s, as real ones do
 */
record LoadPlan(int tasksACall, Duration taskTime, boolean heartbeats) {
  boolean works() {
    return !taskTime.isZero();
  }
}
