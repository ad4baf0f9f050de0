package dev.stoker.agent.pipeline;

import dev.stoker.agent.lease.AttemptRecord;
import dev.stoker.agent.lease.BootClock;
import dev.stoker.agent.lease.HeldLease;
import dev.stoker.agent.lease.LeaseKeeper;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Finish.Outcome;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The attempts that an earlier agent of this data folder left: those whose session was adopted go
 * on in their slot, what was waiting waits again, and every other is brought to its end. Leases are
 * held for a term from now on; the first heartbeat says which of them still are this node's. Not
 * thread-safe; asked once, before the slots start.
 */
final class Leftovers {
  private static final Logger LOG = System.getLogger(Leftovers.class.getName());

  private final Adoption adoption;
  private final List<SlotWorker> workers;
  private final LeaseKeeper keeper;
  private final BootClock clock;
  private final SlotShared shared;

  Leftovers(
      Adoption adoption,
      List<SlotWorker> workers,
      LeaseKeeper keeper,
      BootClock clock,
      SlotShared shared) {
    this.adoption = adoption;
    this.workers = workers;
    this.keeper = keeper;
    this.clock = clock;
    this.shared = shared;
  }

  void takeUp() throws IOException {
    List<AttemptRecord> records = new ArrayList<>(shared.book().all());
    // What renders comes before what waits for it.
    records.sort(Comparator.comparing(AttemptRecord::state).reversed());
    for (AttemptRecord record : records) {
      boolean granted = record.state() == AttemptRecord.State.GRANTED;
      HeldLease held = new HeldLease(record.lease(), clock.millis(), granted);
      keeper.keep(held);
      try {
        takeUp(held, record);
      } catch (IOException e) {
        LOG.log(Level.WARNING, "Cannot go on with {0}: {1}", record.lease(), e.getMessage());
        report(held, record, "Its node cannot go on with it: " + e.getMessage() + ".");
      }
    }
    for (SlotWorker worker : workers) {
      adoption.in(worker.slotId()).ifPresent(adopted -> worker.settle(adopted.session()));
    }
    removeLogs(records);
  }

  private void takeUp(HeldLease held, AttemptRecord record) throws IOException {
    String leaseId = record.lease().leaseId();
    Optional<SlotWorker> worker =
        workers.stream().filter(one -> one.slotId().equals(record.lease().slotId())).findFirst();
    switch (record.state()) {
      case RUNNING -> {
        Optional<Adoption.Adopted> adopted = adoption.of(leaseId);
        if (worker.isPresent() && adopted.isPresent()) {
          worker.get().adopt(held, record, adopted.get());
        } else {
          handBack(held, record);
        }
      }
      case LEASED -> {
        if (worker.isPresent()) {
          worker.get().accept(held);
        } else {
          handBack(held, record);
        }
      }
      case RENDERED -> {
        LOG.log(Level.WARNING, "Lease {0}: its agent died staging its outputs; going on.", leaseId);
        worker.orElse(workers.getFirst()).publish(held, record);
      }
      case STAGED, GRANTED, FINISHED -> {
        sendLog(record, List.of());
        inBackground(() -> finish(held, record));
      }
    }
  }

  private void handBack(HeldLease held, AttemptRecord record) throws IOException {
    String leaseId = record.lease().leaseId();
    String why =
        "Its agent died, and the next one could not go on with it: "
            + adoption.endedBecause(leaseId).orElse("its renderer was not running")
            + ".";
    LOG.log(Level.WARNING, "Lease {0} is handed back. {1}", leaseId, why);
    sendLog(record, List.of(why));
    report(held, record, why);
  }

  private void report(HeldLease held, AttemptRecord record, String why) {
    inBackground(
        () ->
            shared
                .reports()
                .send(
                    held,
                    record,
                    new Finish.Request(
                        record.lease().attempt(),
                        Outcome.RETURNED,
                        -1,
                        why,
                        false,
                        record.timeline(),
                        record.originBytes(),
                        record.cachedBytes(),
                        0)));
  }

  /** Brings one attempt to its end; blocks until it is acknowledged or the agent closes. */
  private void finish(HeldLease held, AttemptRecord record) throws InterruptedException {
    String leaseId = record.lease().leaseId();
    Finish.Request report = record.finish();
    if (report != null) {
      LOG.log(Level.WARNING, "Lease {0}: its agent died reporting; reporting again.", leaseId);
      shared.reports().send(held, record, report);
    } else {
      LOG.log(Level.WARNING, "Lease {0}: its agent died publishing; going on.", leaseId);
      shared.publication().resume(held, record);
    }
  }

  /** Sends what an earlier agent could not send any more. */
  private void sendLog(AttemptRecord record, List<String> more) throws IOException {
    Path file = logFile(record);
    if (Files.exists(file)) {
      AttemptLog log = AttemptLog.goOn(record.lease(), file, Long.MAX_VALUE);
      more.forEach(log::remark);
      log.end();
      shared.threads().execute(() -> log.send(shared.link(), shared.pause()));
    }
  }

  private Path logFile(AttemptRecord record) {
    return shared.book().fileOf(record.lease().leaseId(), AttemptLog.SUFFIX);
  }

  /** Logs of attempts that nobody knows any more. */
  private void removeLogs(List<AttemptRecord> records) throws IOException {
    List<Path> known = records.stream().map(this::logFile).toList();
    try (DirectoryStream<Path> logs =
        Files.newDirectoryStream(shared.book().folder(), "*" + AttemptLog.SUFFIX)) {
      for (Path log : logs) {
        if (!known.contains(log)) {
          Files.deleteIfExists(log);
        }
      }
    }
  }

  private interface Ending {
    void run() throws InterruptedException;
  }

  private void inBackground(Ending ending) {
    shared
        .threads()
        .execute(
            () -> {
              try {
                ending.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }
}
