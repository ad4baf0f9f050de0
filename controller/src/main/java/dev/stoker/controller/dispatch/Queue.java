package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.LeaseState;
import dev.stoker.controller.store.QueueStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * A running queue: opens what a store holds, gives live leases a fresh term, and serves the desks.
 * Thread-safe.
 */
public final class Queue {
  private static final int EPOCH_LENGTH = 7;

  /** A stolen token is worth little the next morning, and renewing costs one call in half of it. */
  public static final Duration NODE_TOKEN_LIFE = Duration.ofHours(1);

  private final Parts parts;
  private final NodeDesk nodes;
  private final LeaseDesk leases;
  private final JobDesk jobs;
  private final JobViews views;
  private final TokenDesk tokens;
  private final NoticeDesk notices;
  private final FarmViews farm;
  private final JobProgress progress;
  private final Books books;
  private final Thumbnails thumbnails;
  private final TraceDesk traces;
  private final PinDesk pins;
  private final TakeBack takeBack;

  private Queue(Parts parts, Traffic traffic, Prices prices) {
    this.parts = parts;
    var rounds = new Rounds(parts);
    nodes = new NodeDesk(parts, rounds);
    takeBack = new TakeBack(parts, rounds);
    leases = new LeaseDesk(parts);
    jobs = new JobDesk(parts);
    views = new JobViews(parts);
    tokens = new TokenDesk(parts);
    notices = new NoticeDesk(parts);
    books = new Books(parts, prices);
    farm = new FarmViews(parts, traffic, books);
    progress = new JobProgress(parts, books);
    thumbnails = new Thumbnails(parts);
    traces = new TraceDesk(parts, leases);
    pins = new PinDesk(parts, leases);
  }

  /** Opens the queue in a store, which stays the caller's to close. */
  public static Queue open(QueueStore store, Clocks clocks, Sharing sharing) {
    return open(store, clocks, sharing, NODE_TOKEN_LIFE, NoticePolicy.NONE, Prices.NONE);
  }

  /**
   * The same.
   *
   * @param nodeTokenLife how long a node's token is good; nodes ask for a new one at half of it
   * @param notices who is told of jobs' ends
   * @param prices what machines cost
   */
  public static Queue open(
      QueueStore store,
      Clocks clocks,
      Sharing sharing,
      Duration nodeTokenLife,
      NoticePolicy notices,
      Prices prices) {
    var traffic = new Traffic(clocks);
    var live = new LiveLeases(clocks);
    var roster = new Roster(clocks);
    var keyring = new Keyring();
    var changes = new Changes();
    var work = new Work(clocks);
    var queue =
        new Queue(
            new Parts(
                store,
                clocks,
                live,
                roster,
                keyring,
                changes,
                work,
                new JobPlans(store),
                new JobInputs(),
                sharing,
                notices,
                nodeTokenLife.toMillis(),
                Names.random('e', EPOCH_LENGTH)),
            traffic,
            prices);
    store.follow(new Memory(live, roster, keyring, changes, work, sharing, traffic));
    return queue;
  }

  /** For tests of single parts. */
  Parts parts() {
    return parts;
  }

  public NodeDesk nodes() {
    return nodes;
  }

  public LeaseDesk leases() {
    return leases;
  }

  public JobDesk jobs() {
    return jobs;
  }

  public TokenDesk tokens() {
    return tokens;
  }

  public NoticeDesk notices() {
    return notices;
  }

  /** How much there is of what, for whoever watches from outside. */
  public Figures figures() {
    Map<String, Long> nodes =
        parts.roster().all().stream()
            .collect(Collectors.groupingBy(nodes()::state, TreeMap::new, Collectors.counting()));
    return parts
        .store()
        .read(
            rows ->
                new Figures(
                    rows.steps().countsByProject().entrySet().stream()
                        .flatMap(each -> Figures.of(each.getKey(), each.getValue()))
                        .toList(),
                    rows.jobs().countsByState(),
                    nodes,
                    parts.live().all().size(),
                    rows.notices().count()));
  }

  /** A secret that all controllers of the database share; made when it is first asked for. */
  public String secret(String name) {
    String offered = Names.token();
    return Answers.await(
        parts.store().write((rows, events) -> rows.joining().secret(name, offered)));
  }

  public JobViews views() {
    return views;
  }

  public FarmViews farm() {
    return farm;
  }

  public TraceDesk traces() {
    return traces;
  }

  public PinDesk pins() {
    return pins;
  }

  public JobProgress progress() {
    return progress;
  }

  /** Counts how long nodes were there, and makes room for new pictures, traces and pins. */
  public void keepHouse() {
    books.count();
    thumbnails.makeRoom(Thumbnails.CEILING_BYTES);
    traces.makeRoom(TraceDesk.CEILING_BYTES);
    pins.sweep();
  }

  /** Takes back every lease whose term ended. */
  public void expire() {
    List<LiveLease> due = parts.live().due();
    if (!due.isEmpty()) {
      Answers.await(new LostLeases(parts).lose(due, LeaseState.EXPIRED, parts.live()::isDue));
    }
  }

  /** Asks nodes for what waits behind a long task while another slot is empty. */
  public void takeBack() {
    takeBack.look();
  }

  /** Serves tasks whose pause after a failure ended. */
  public void wake() {
    parts.work().wake();
  }

  /**
   * Archives jobs that ended so long ago, forgets nodes that went so long ago, and says how many
   * jobs it were.
   *
   * @param goesOn asked every few milliseconds; when it says no, the rest is for the next time
   */
  public int archive(Duration keep, BooleanSupplier goesOn) {
    return new Archivist(parts, goesOn).archive(parts.clocks().wallMillis() - keep.toMillis());
  }

  /** Gives every lease a fresh term: the controller was away, not the nodes. */
  public void forgive() {
    parts.live().extendAll();
  }
}
