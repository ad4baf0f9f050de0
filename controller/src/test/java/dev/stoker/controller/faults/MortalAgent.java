package dev.stoker.controller.faults;

import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Registration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * A node that does what the protocol says, and now and then dies at a random place: it comes back
 * under its name and knows nothing, while what it was about to do is sometimes done late.
 */
final class MortalAgent {
  /** So that a job of 40 tasks outlives the start of a controller. */
  private static final int LONGEST_TASK_MILLIS = 400;

  private static final int LONGEST_START_MILLIS = 500;

  private final Farm farm;
  private final History history;
  private final String name;
  private final Random random;
  private final List<Lease> ghosts = new ArrayList<>();

  /** What it was given and neither finished nor gave up, by id. */
  private final Map<String, Lease> held = new HashMap<>();

  private String nodeId;
  private String token;
  private long sequence;

  MortalAgent(Farm farm, History history, String name, long seed) {
    this.farm = farm;
    this.history = history;
    this.name = name;
    random = new Random(seed);
  }

  /** Works until told to end. */
  void run(BooleanSupplier over) throws InterruptedException {
    register();
    while (!over.getAsBoolean()) {
      try {
        work();
      } catch (ControllerException e) {
        if (e.status() != 401 && e.status() != 404 && e.status() != 409) {
          throw e;
        }
        register();
      }
    }
  }

  private void register() throws InterruptedException {
    var slot = new Registration.Slot("s", 2, 1L << 30, 0, 0);
    var request = new Registration.Request(name, "1", 1, 1, List.of(slot), Map.of());
    Registration.Response known = farm.call(random, null, client -> client.register(request));
    nodeId = known.nodeId();
    token = known.nodeToken();
    sequence = 0;
    farm.pass(random.nextInt(LONGEST_START_MILLIS));
    // What an earlier life held is given back: it is not listed.
    heartbeat(List.of());
  }

  private void work() throws InterruptedException {
    sequence++;
    var wish = new Leasing.Wish("s", 1 + random.nextInt(2), "", "");
    var request = new Leasing.Request(sequence, List.of(wish), 300);
    long asked = history.moment();
    List<Lease> leases = farm.call(random, token, client -> client.lease(nodeId, request)).leases();
    for (Lease lease : leases) {
      held.put(lease.leaseId(), lease);
      history.add(
          new History.Event.Leased(lease.taskId(), lease.attempt(), name, lease.recover(), asked));
    }
    if (leases.isEmpty()) {
      return;
    }
    heartbeat(leases);
    for (Lease lease : leases) {
      if (dies()) {
        ghosts.add(lease);
        register();
        return;
      }
      render(lease);
    }
    if (!ghosts.isEmpty() && random.nextInt(3) == 0) {
      // A process that was believed dead wakes up and wants to publish what it rendered.
      commit(ghosts.removeFirst());
    }
  }

  private void render(Lease lease) throws InterruptedException {
    farm.pass(random.nextInt(LONGEST_TASK_MILLIS));
    Commit.Manifest manifest = lease.recover() == null ? commit(lease) : lease.recover();
    if (manifest == null) {
      return;
    }
    if (dies()) {
      register();
      return;
    }
    history.add(new History.Event.Published(lease.taskId(), lease.attempt(), manifest));
    if (dies()) {
      register();
      return;
    }
    var report =
        new Finish.Request(
            lease.attempt(), Finish.Outcome.SUCCEEDED, 0, "", false, List.of(), 0, 0, 0);
    try {
      farm.call(
          random,
          token,
          client -> {
            client.finish(lease.leaseId(), report);
            return true;
          });
      held.remove(lease.leaseId());
      history.add(
          new History.Event.Acknowledged(lease.taskId(), lease.attempt(), history.moment()));
    } catch (ControllerException e) {
      requireFenced(e);
    }
  }

  /** The manifest of the grant, null where it was refused. */
  private Commit.Manifest commit(Lease lease) throws InterruptedException {
    var output =
        new Commit.Output(
            "file:///out/" + lease.taskId(), random.nextInt(1_000), "x", List.of(), "staged", null);
    var request =
        new Commit.Request(lease.attempt(), new Commit.Manifest(lease.fence(), List.of(output)));
    long asked = history.moment();
    try {
      Commit.Manifest granted =
          farm.call(random, token, client -> client.commit(lease.leaseId(), request)).manifest();
      history.add(new History.Event.Granted(lease.taskId(), lease.attempt(), granted, asked));
      return granted;
    } catch (ControllerException e) {
      requireFenced(e);
      return null;
    }
  }

  private void heartbeat(List<Lease> leases) throws InterruptedException {
    List<Heartbeat.Held> listed =
        leases.stream()
            .map(
                lease ->
                    new Heartbeat.Held(
                        lease.leaseId(), lease.attempt(), Heartbeat.Phase.RENDERING, 0.5, "", 0, 0))
            .toList();
    Heartbeat.Response answer =
        farm.call(
            random, token, client -> client.heartbeat(nodeId, new Heartbeat.Request(listed, null)));
    Set<String> extended =
        answer.leases().stream()
            .filter(each -> each.action() == Heartbeat.Action.EXTEND)
            .map(Heartbeat.Answer::leaseId)
            .collect(Collectors.toSet());
    // What was not listed is given up by it, and what was refused is as well.
    for (Lease lease : List.copyOf(held.values())) {
      if (!extended.contains(lease.leaseId())) {
        held.remove(lease.leaseId());
        history.add(new History.Event.GivenUp(lease.taskId(), lease.attempt(), history.moment()));
      }
    }
  }

  private boolean dies() {
    return random.nextInt(25) == 0;
  }

  private static void requireFenced(ControllerException e) {
    if (e.status() != 409) {
      throw e;
    }
  }
}
