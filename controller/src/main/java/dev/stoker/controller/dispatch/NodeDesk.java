package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Nodes;
import dev.stoker.controller.protocol.Protocol;
import dev.stoker.controller.protocol.Registration;
import dev.stoker.controller.store.LeaseState;
import dev.stoker.controller.store.NodeRow;
import dev.stoker.controller.store.NodeTokens;
import dev.stoker.controller.store.QueueEvent;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What nodes ask for themselves: to be registered, work, and more time. Thread-safe. */
public final class NodeDesk {
  private final Parts parts;
  private final Rounds rounds;

  NodeDesk(Parts parts, Rounds rounds) {
    this.parts = parts;
    this.rounds = rounds;
  }

  /**
   * Registers a node, or registers it anew under its name.
   *
   * @param shown what lets it in; null where nothing has to
   */
  public Registration.Response register(Registration.Request request, @Nullable Admission shown) {
    NodeChecks.check(request);
    Admission admission = shown == null ? Admission.FREE : shown;
    String token = Names.token();
    long now = parts.clocks().wallMillis();
    var node =
        new NodeRow(
            0,
            Names.random('n', TaskName.JOB_ID_LENGTH),
            request.name(),
            request.release(),
            NodeTokens.first(Names.hash(token), now + parts.nodeTokenMillis()),
            request.slots(),
            request.attributes(),
            0,
            false,
            now,
            admission.vmId(),
            request.machine());
    String topology = NodeChecks.topology(request);
    NodeRow stored =
        Answers.await(
            parts
                .store()
                .write(
                    (rows, events) -> {
                      new Gate(parts, rows, events).admit(admission, node.name());
                      NodeRow row = rows.nodes().put(node);
                      rows.leases().forgetSequences(row.number());
                      rows.nodes().setTopology(row.number(), topology);
                      events.accept(new QueueEvent.NodeRegistered(row));
                      return row;
                    }));
    return new Registration.Response(stored.id(), token, Protocol.NEWEST, tokenSeconds());
  }

  private long tokenSeconds() {
    return TimeUnit.MILLISECONDS.toSeconds(parts.nodeTokenMillis());
  }

  /**
   * Gives a node a new token; the one it shows stays good until its end, so that calls under way
   * and a lost answer do no harm.
   *
   * @param shownHash hash of the token that it shows
   */
  public Registration.Renewed renew(String nodeId, String shownHash) {
    String token = Names.token();
    Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  NodeRow row =
                      rows.nodes().find(nodeId).orElseThrow(() -> Refusal.missing("node", nodeId));
                  long now = parts.clocks().wallMillis();
                  if (!row.tokens().isGood(shownHash, now)) {
                    throw Refusal.forbidden("The token ended meanwhile; register the node anew.");
                  }
                  NodeTokens renewed =
                      row.tokens()
                          .renewed(shownHash, Names.hash(token), now + parts.nodeTokenMillis());
                  rows.nodes().setTokens(row.number(), renewed);
                  events.accept(new QueueEvent.NodeTokenRenewed(row.number(), renewed));
                  return true;
                }));
    return new Registration.Renewed(token, tokenSeconds());
  }

  /** The id of the node that a token belongs to and that it still opens. */
  public Optional<String> authenticate(String token) {
    String hash = Names.hash(token);
    long now = parts.clocks().wallMillis();
    return Optional.ofNullable(parts.roster().byTokenHash(hash))
        .filter(member -> member.tokens.isGood(hash, now))
        .map(member -> member.row.id());
  }

  /** Learns of nodes that registered elsewhere a moment ago; says whether anything was new. */
  public boolean catchUp() {
    return parts.store().catchUp();
  }

  /** Whether a node holds a lease on a task of a job. */
  public boolean worksOn(String nodeId, String jobId) {
    long node = parts.node(nodeId).row.number();
    long job =
        parts.store().read(rows -> rows.jobs().find(jobId).map(row -> row.number()).orElse(-1L));
    return holdsAny(node, job) || (parts.store().catchUp() && holdsAny(node, job));
  }

  private boolean holdsAny(long nodeNumber, long jobNumber) {
    return parts.live().ofNode(nodeNumber).stream()
        .anyMatch(lease -> lease.row.jobNumber() == jobNumber);
  }

  /** Asks for work; the answer is there when there is some, at the latest after the asked time. */
  public Parked<Leasing.Response> lease(String nodeId, Leasing.Request request) {
    Member node = parts.node(nodeId);
    NodeChecks.check(request, node);
    parts.roster().saw(node, 0);
    if (!node.reach(request.sequence())) {
      throw Refusal.fenced(
          "sequence is "
              + request.sequence()
              + " and this node already sent "
              + node.sequence
              + "; an old request came late, or the node must register anew.");
    }
    var poll = new Poll(node, request);
    CompletableFuture<List<Grant>> ready =
        poll.grants
            .copy()
            .orTimeout(
                request.waitMillis() + Answers.LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    var patience =
        new CompletableFuture<Boolean>()
            .completeOnTimeout(true, request.waitMillis(), TimeUnit.MILLISECONDS);
    // The time is over, or the caller is gone, or it is answered, when this changes nothing.
    var _ = patience.whenComplete((over, ended) -> rounds.withdraw(poll));
    var _ = ready.whenComplete((grants, failure) -> patience.cancel(false));
    rounds.add(poll);
    return new Parked<>(ready, () -> response(node, poll));
  }

  private Leasing.Response response(Member node, Poll poll) {
    List<Grant> grants = Answers.now(poll.grants);
    parts.roster().saw(node, 0);
    return new Leasing.Response(poll.request.sequence(), grants.stream().map(this::lease).toList());
  }

  private Leasing.Lease lease(Grant grant) {
    var row = grant.lease();
    JobPlans.Known job = parts.plans().of(row.jobNumber());
    var name = new TaskName(job.jobId(), row.ordinal());
    long index = row.ordinal() - grant.step().firstOrdinal();
    Map<String, String> parameters =
        job.plan().steps().get(grant.step().position()).parameters().apply(index);
    return new Leasing.Lease(
        row.id(),
        row.attempt(),
        name.fence(row.attempt()),
        job.jobId(),
        grant.step().name(),
        name.text(),
        index,
        parameters,
        row.slotId(),
        Protocol.LEASE_TERM.toMillis(),
        grant.recover());
  }

  /** Extends the listed leases, and revokes those that it listed before and does not list now. */
  public Heartbeat.Response heartbeat(String nodeId, Heartbeat.Request request) {
    Member node = parts.node(nodeId);
    request.leases().forEach(NodeChecks::check);
    boolean allKnown = request.leases().stream().allMatch(held -> parts.live().holds(node, held));
    if (!allKnown) {
      // Another controller may have given it out a moment ago.
      parts.store().catchUp();
    }
    List<Heartbeat.Held> listed =
        request.leases().stream().filter(held -> parts.live().holds(node, held)).toList();
    Answers.await(
        parts
            .store()
            .tell(
                new QueueEvent.NodeHeard(
                    node.row.number(), listed, NodeChecks.checked(request.status()))));
    revokeOthers(node, listed);
    return new Heartbeat.Response(
        request.leases().stream().map(held -> answer(node, held)).toList(), node.draining);
  }

  private void revokeOthers(Member node, List<Heartbeat.Held> listed) {
    Set<Long> numbers =
        listed.stream()
            .map(held -> LeaseName.number(held.leaseId()))
            .collect(Collectors.toCollection(HashSet::new));
    List<LiveLease> dropped =
        parts.live().ofNode(node.row.number()).stream()
            .filter(lease -> lease.isAcknowledged() && !numbers.contains(lease.row.number()))
            .toList();
    if (!dropped.isEmpty()) {
      Answers.await(new LostLeases(parts).lose(dropped, LeaseState.REVOKED, lease -> true));
    }
  }

  private Heartbeat.Answer answer(Member node, Heartbeat.Held held) {
    LiveLease lease = parts.live().get(LeaseName.number(held.leaseId()));
    if (lease == null || !parts.live().holds(node, held)) {
      return new Heartbeat.Answer(
          held.leaseId(),
          Heartbeat.Action.REVOKED,
          "The lease ended: it expired, was finished, or belongs to another node.");
    }
    return lease.canceling
        ? new Heartbeat.Answer(held.leaseId(), Heartbeat.Action.CANCEL, "Its job was canceled.")
        : wanted(lease, held.leaseId());
  }

  private static Heartbeat.Answer wanted(LiveLease lease, String leaseId) {
    boolean wanted = lease.wanted && TakeBack.waits(lease);
    return new Heartbeat.Answer(
        leaseId,
        Heartbeat.Action.EXTEND,
        wanted ? "Another slot is empty and could start it now." : "",
        wanted);
  }

  /** All nodes, by name. */
  public Nodes.Page list() {
    return new Nodes.Page(
        parts.roster().all().stream()
            .sorted(Comparator.comparing(member -> member.row.name()))
            .map(this::node)
            .toList());
  }

  /** As people are shown it: {@code ready}, {@code draining} or {@code lost}. */
  String state(Member member) {
    String ready = member.draining ? "draining" : "ready";
    return parts.roster().isLost(member) ? "lost" : ready;
  }

  private Nodes.Node node(Member member) {
    return new Nodes.Node(
        member.row.id(),
        member.row.name(),
        member.row.release(),
        state(member),
        member.row.slots(),
        parts.live().ofNode(member.row.number()).size(),
        member.problem(),
        String.join(",", member.row.attributes().getOrDefault(Nodes.ASSETS_ATTRIBUTE, List.of())));
  }

  /** Stops giving a node work, or starts again; it goes on with what it holds. */
  public void setDraining(String nodeId, boolean draining) {
    Member node = parts.node(nodeId);
    Answers.await(
        parts
            .store()
            .write(
                (rows, events) -> {
                  rows.nodes().setDraining(node.row.number(), draining);
                  events.accept(new QueueEvent.NodeDrains(node.row.number(), draining));
                  events.accept(new QueueEvent.WorkAppeared());
                  return true;
                }));
  }
}
