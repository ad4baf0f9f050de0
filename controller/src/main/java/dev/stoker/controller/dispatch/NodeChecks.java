package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.protocol.Registration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What nodes say, within bounds: refused where it cannot be meant, cut where it is only long. */
final class NodeChecks {
  private static final int LONGEST_URI = 1_024;

  /** A machine of 1,152 logical CPUs takes a quarter of it. */
  private static final int LONGEST_TOPOLOGY = 512 * 1024;

  /** Fetched, rendered, published, some of them again. */
  private static final int MOST_SPANS = 50;

  private static final int LONGEST_SPAN_NAME = 40;

  /** A renderer's progress line; a heartbeat of many leases must stay small. */
  private static final int LONGEST_MESSAGE = 1_000;

  private NodeChecks() {}

  /** As JSON; empty where there is none, or more of it than a machine can have. */
  static String topology(Registration.Request request) {
    // PostgreSQL keeps no NUL, and no real name has one.
    String json =
        request.topology() == null || request.topology().isNull()
            ? ""
            : request.topology().toString();
    return json.length() > LONGEST_TOPOLOGY || json.contains("\\u0000") ? "" : json;
  }

  /** Bounded, and fit for what keeps it. */
  private static @Nullable String problem(Heartbeat.@Nullable NodeStatus status) {
    String said = status == null ? null : status.problem();
    if (said == null || said.isBlank()) {
      return null;
    }
    String fit = Credentials.hidden(said.replace('\0', ' '));
    return fit.length() > LONGEST_MESSAGE ? fit.substring(0, LONGEST_MESSAGE) : fit;
  }

  static void check(Registration.Request request) {
    Limits.text("name", request.name(), Limits.NAME);
    Limits.text("release", request.release(), Limits.NAME);
    if (request.protocolNewest() < Protocol.OLDEST || request.protocolOldest() > Protocol.NEWEST) {
      throw Refusal.invalid(
          "This controller speaks protocol "
              + Protocol.OLDEST
              + " to "
              + Protocol.NEWEST
              + " and the agent "
              + request.protocolOldest()
              + " to "
              + request.protocolNewest()
              + "; install an agent of the controller's release.");
    }
    Limits.range("the number of slots", request.slots().size(), 1, Registration.MOST_SLOTS);
    Set<String> ids = new HashSet<>();
    for (Registration.Slot slot : request.slots()) {
      Limits.text("slots.id", slot.id(), Limits.NAME);
      Limits.range("slots.vcpus", slot.vcpus(), 1, Registration.MOST_SLOTS);
      Limits.range("slots.memoryBytes", slot.memoryBytes(), 0, Long.MAX_VALUE);
      Limits.range("slots.gpus", slot.gpus(), 0, Registration.MOST_SLOTS);
      Limits.range("slots.gpuMemoryBytes", slot.gpuMemoryBytes(), 0, Long.MAX_VALUE);
      if (!ids.add(slot.id())) {
        throw Refusal.invalid("slots.id '" + slot.id() + "' occurs twice; each must be another.");
      }
    }
    Limits.range(
        "the number of attributes", request.attributes().size(), 0, Registration.MOST_ATTRIBUTES);
    Registration.Attestation attestation = request.attestation();
    if (attestation != null) {
      Limits.present("attestation.challenge", attestation.challenge());
      Limits.present("attestation.document", attestation.document());
    }
    Registration.Machine machine = request.machine();
    if (machine != null) {
      Limits.optional("machine.vmSize", machine.vmSize(), Limits.NAME);
      Limits.optional("machine.location", machine.location(), Limits.NAME);
      Limits.optional("machine.zone", machine.zone(), Limits.NAME);
      Limits.optional("machine.scaleSet", machine.scaleSet(), Limits.NAME);
    }
  }

  static void check(Heartbeat.Held held) {
    Limits.text("leases.leaseId", held.leaseId(), LeaseName.LONGEST);
    Limits.present("leases.phase", held.phase());
    String message = Limits.present("leases.message", held.message());
    Limits.range("the length of leases.message", message.length(), 0, LONGEST_MESSAGE);
    Limits.range("the number of leases.timeline", held.timeline().size(), 0, MOST_SPANS);
    held.timeline()
        .forEach(span -> Limits.text("leases.timeline.name", span.name(), LONGEST_SPAN_NAME));
  }

  /** Numbers below zero mean nothing. */
  static Heartbeat.@Nullable NodeStatus checked(Heartbeat.@Nullable NodeStatus status) {
    return status == null
        ? null
        : new Heartbeat.NodeStatus(
            Math.max(0, status.cacheBytes()),
            Math.max(0, status.cacheHitBytes()),
            Math.max(0, status.cacheMissBytes()),
            problem(status),
            status.machine(),
            holds(status.holds()));
  }

  /** What fits, as {@link JobInputs} spells it. */
  private static @Nullable List<Heartbeat.CachedFolder> holds(
      @Nullable List<Heartbeat.CachedFolder> said) {
    return said == null
        ? null
        : said.stream()
            .filter(
                each -> each != null && each.uri() != null && each.uri().length() <= LONGEST_URI)
            .limit(Heartbeat.MOST_FOLDERS)
            .map(
                each ->
                    new Heartbeat.CachedFolder(
                        JobInputs.spelled(Credentials.hidden(each.uri().replace('\0', ' '))),
                        Math.max(0, each.files()),
                        Math.max(0, each.bytes())))
            .toList();
  }

  static void check(Leasing.Request request, Member node) {
    Limits.range("sequence", request.sequence(), 1, Long.MAX_VALUE);
    Limits.range("waitMillis", request.waitMillis(), 0, Leasing.LONGEST_WAIT_MILLIS);
    Limits.range("the number of wishes", request.wishes().size(), 0, Registration.MOST_SLOTS);
    for (Leasing.Wish wish : request.wishes()) {
      Limits.text("wishes.slotId", wish.slotId(), Limits.NAME);
      Limits.optional("wishes.sessionJobId", wish.sessionJobId(), Limits.NAME);
      Limits.optional("wishes.sessionStep", wish.sessionStep(), Limits.NAME);
      Limits.range("wishes.tasks", wish.tasks(), 1, Leasing.MOST_TASKS);
      if (node.slot(wish.slotId()).isEmpty()) {
        throw Refusal.invalid(
            "wishes.slotId is '"
                + wish.slotId()
                + "', which the node did not register; register anew when its slots change.");
      }
    }
  }
}
