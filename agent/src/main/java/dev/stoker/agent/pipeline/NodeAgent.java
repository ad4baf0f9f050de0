package dev.stoker.agent.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.agent.launch.JobAccounts;
import dev.stoker.agent.launch.SlotCgroups;
import dev.stoker.agent.lease.AttemptBook;
import dev.stoker.agent.lease.BootClock;
import dev.stoker.agent.lease.ControllerLink;
import dev.stoker.agent.lease.JoinProof;
import dev.stoker.agent.lease.LeaseKeeper;
import dev.stoker.agent.lease.LeasePoll;
import dev.stoker.agent.lease.Pause;
import dev.stoker.agent.node.Host;
import dev.stoker.agent.node.OwnCgroups;
import dev.stoker.agent.node.Slot;
import dev.stoker.agent.node.SlotLayout;
import dev.stoker.agent.node.Topology;
import dev.stoker.agent.node.view.TopologyDocument;
import dev.stoker.agent.node.view.TopologyDocument.AssetsEntry;
import dev.stoker.agent.observe.NodeView;
import dev.stoker.agent.profile.RendererProfiles;
import dev.stoker.agent.usage.MachineSampler;
import dev.stoker.agent.usage.UsageSampler;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Wire;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.CacheReport;
import dev.stoker.io.daemon.NodeIo;
import dev.stoker.io.publish.OutputPublisher;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The agent of a node: registers, takes leases and brings each to its end. {@link #run} does it all
 * and returns after {@link #close}, which any thread may call. Collaborators stay the caller's.
 */
public final class NodeAgent implements AutoCloseable {
  private static final Logger LOG = System.getLogger(NodeAgent.class.getName());

  /** What must be told before the agent ends: granted manifests carried out, leases handed back. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(10);

  /** A session's shim gives its own killing ten seconds. */
  private static final Duration SLOT_END = Duration.ofSeconds(40);

  private final AgentSettings settings;
  private final NodeIo io;
  private final Topology machine;
  private final List<Slot> slots;
  private final SlotCgroups groups;
  private final JobAccounts accounts;
  private final NodeHealth health;
  private final CacheContents contents;
  private final MachineSampler machineSampler = new MachineSampler(Path.of("/proc"));
  private final UsageSampler sampler = UsageSampler.start();
  private final Pause pause = new Pause(() -> ThreadLocalRandom.current().nextDouble());
  private final BootClock clock = BootClock.system();
  private final ControllerLink link;
  private final LeaseKeeper keeper;
  private final Intake intake;
  private final LeasePoll poll;
  private final AttemptBook book;
  private final Reports reports;
  private final Publication publication;
  private final SlotShared shared;
  private final AssetPins pins;
  private final Map<String, SlotPlace> places = new HashMap<>();
  private final List<SlotWorker> workers = new ArrayList<>();
  private final Eviction eviction = new Eviction(workers);
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("attempt-", 0).factory());
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean started;
  private volatile boolean registered;

  /**
   * With a join token, or where none is needed.
   *
   * @param client carries the join token
   * @throws IllegalArgumentException in one sentence, when the settings do not fit the machine
   */
  public NodeAgent(
      AgentSettings settings,
      ControllerClient client,
      NodeIo io,
      OutputPublisher publisher,
      RendererProfiles profiles) {
    this(settings, client, JoinProof.NONE, io, publisher, profiles);
  }

  /**
   * @param client carries the join token, if there is one
   * @param proof shown when the node registers
   * @throws IllegalArgumentException in one sentence, when the settings do not fit the machine
   */
  public NodeAgent(
      AgentSettings settings,
      ControllerClient client,
      JoinProof proof,
      NodeIo io,
      OutputPublisher publisher,
      RendererProfiles profiles) {
    this.settings = settings;
    this.io = io;
    contents = new CacheContents(io);
    this.machine = Topology.read();
    this.slots = SlotLayout.plan(machine, settings.slots(), settings.reserve());
    this.groups = SlotCgroups.prepare(OwnCgroups.forRenderers(), cgroupName(), slots);
    this.accounts = JobAccounts.forSlots(settings.users(), slots.size());
    OriginWatch origins = new OriginWatch(io, Clock.systemUTC());
    this.health =
        new NodeHealth(
            settings.data(),
            io,
            settings.assets(),
            origins,
            machine,
            Topology::read,
            Clock.systemUTC(),
            client::clockAhead);
    AssetsEntry access = AssetAccess.of(settings.assets(), io);
    this.link =
        new ControllerLink(
            client,
            NodeCard.of(settings, slots, access.how(), topology(access)),
            proof,
            pause,
            System::nanoTime);
    this.keeper = new LeaseKeeper(link, clock, this::status);
    this.book = new AttemptBook(settings.data().resolve("attempts"));
    this.reports = new Reports(book, link, keeper, pause);
    this.publication = new Publication(publisher, book, link, reports, pause);
    this.intake =
        new Intake(
            workers,
            keeper,
            eviction,
            health,
            new Intake.Ends(book, reports, publication, threads),
            pause);
    this.poll = new LeasePoll(link, clock, pause, intake::wishes, intake::accept);
    this.shared =
        new SlotShared(
            new JobPlans(link, pause),
            origins,
            book,
            link,
            pause,
            reports,
            publication,
            profiles,
            outbox(),
            threads,
            health,
            poll::wishesChanged);
    StepTraces traces = new StepTraces(link, threads);
    this.pins = new AssetPins(link, pause, io);
    for (Slot slot : slots) {
      SlotPlace place =
          new SlotPlace(
              sessions(),
              shims(),
              SlotBinding.of(machine, slot, groups, settings.limits(), Isolation.isRoot()),
              accounts,
              variables(slot),
              () -> groups.memoryKills(slot.id()),
              new Supervision.Rule(sampler, slot.gpus(), settings.stallAfter()),
              io,
              settings.assets(),
              traces,
              pins,
              profiles);
      places.put(slot.id(), place);
      workers.add(new SlotWorker(slot.id(), place, shared, settings.sessionIdle()));
    }
  }

  /** As 'stoker topology --json' has it. */
  private JsonNode topology(AssetsEntry access) {
    return Wire.mapper()
        .valueToTree(
            TopologyDocument.of(
                machine,
                Host.read(Path.of("/")),
                settings.slots(),
                settings.reserve(),
                settings.machine().isEmpty() ? null : settings.machine(),
                access));
  }

  /** The slots this node was cut into. */
  public List<Slot> slots() {
    return slots;
  }

  /**
   * Runs the agent until {@link #close}; every renderer has ended when it returns.
   *
   * @param ready called once, when the agent is registered and takes work
   * @throws ControllerException when the controller refuses the node
   * @throws IOException when the data folder cannot be used, or another agent uses it
   */
  public void run(Runnable ready) throws IOException, InterruptedException {
    started = true;
    Files.createDirectories(settings.data());
    try (FileChannel lock =
        FileChannel.open(
            settings.data().resolve("agent.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      if (lock.tryLock() == null) {
        throw new IOException(
            "Another agent uses the data folder "
                + settings.data()
                + "; give this one its own with --data.");
      }
      runLocked(ready);
    } finally {
      ended.countDown();
    }
  }

  private void runLocked(Runnable ready) throws IOException, InterruptedException {
    accounts.reserve();
    Isolation.enforce(settings.users());
    Isolation.closeFolders(sessions(), outbox());
    Adoption.Folders folders = new Adoption.Folders(shims(), sessions(), outbox());
    Adoption adoption = Adoption.of(folders, places, book, io);
    accounts.cleanIdle();
    new Leftovers(adoption, workers, keeper, clock, shared).takeUp();
    List<Thread> running = new ArrayList<>();
    List<Thread> slotThreads = new ArrayList<>();
    try {
      // Adopted renderers are looked after, and their terms pass, whether the controller answers
      // or not.
      running.add(start("lease-terms", keeper::watchTerms));
      for (SlotWorker worker : workers) {
        slotThreads.add(start(worker.slotId(), worker::run));
      }
      if (register()) {
        running.add(start("heartbeat", keeper::run));
        takeWork(ready);
      }
    } finally {
      workers.forEach(SlotWorker::close);
      for (Thread thread : slotThreads) {
        thread.join(SLOT_END.toMillis());
      }
      endThreads();
      keeper.close();
      for (Thread thread : running) {
        thread.join(LAST_WORDS.toMillis());
      }
      groups.close();
      sampler.close();
      accounts.close();
    }
  }

  private void takeWork(Runnable ready) throws InterruptedException {
    Thread damage = start("input-damage", () -> new InputWatch(io, workers).run(closing));
    Thread telling = start("asset-pins", () -> pins.tellWhileTasksRun(workers, closing));
    Thread polling = start("lease-poll", poll::run);
    ready.run();
    closing.await();
    poll.close();
    damage.interrupt();
    telling.interrupt();
    polling.join(LAST_WORDS.toMillis());
    damage.join(LAST_WORDS.toMillis());
    telling.join(LAST_WORDS.toMillis());
  }

  /** Whether the node is registered; not so when the agent was closed while it tried. */
  private boolean register() throws InterruptedException {
    try {
      link.node();
      registered = true;
      return closing.getCount() > 0;
    } catch (ControllerException e) {
      if (closing.getCount() == 0) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Asks {@link #run} to end and waits until it has; leases are handed back, no process is left.
   */
  @Override
  public void close() {
    closing.countDown();
    if (!registered) {
      pause.close(); // nothing is held yet that it would have to end
    }
    if (!started) {
      groups.close();
      sampler.close();
    } else {
      try {
        if (!ended.await(SLOT_END.plus(LAST_WORDS).toMillis() * 2, TimeUnit.MILLISECONDS)) {
          LOG.log(Level.ERROR, "The agent did not end in time.");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Takes no more work until {@link #stay}: what cannot end before {@code notBefore} is handed back
   * at once, the rest may end and is published.
   */
  public void evict(Instant notBefore, String why) {
    eviction.begin(notBefore, why);
    poll.recall();
  }

  /** The eviction was called off. */
  public void stay() {
    eviction.callOff();
    poll.wishesChanged();
  }

  /** Whether nothing would be lost if the machine were gone: no lease is held. */
  public boolean isSafe() {
    eviction.handBack(); // what was late may have become too late
    return keeper.held().isEmpty();
  }

  /** What the agent does now. */
  public NodeView view() {
    CacheReport cache = null;
    try {
      cache = io.cache();
    } catch (IoFailure e) {
      // Its absence is what the view says.
    }
    return new NodeView(
        settings.name(),
        settings.release(),
        registered,
        !keeper.draining() && !eviction.isUnderWay(),
        health.problem().orElse(null),
        slots.stream().map(NodeCard::shown).toList(),
        keeper.held().stream()
            .map(lease -> new NodeView.Held(lease.lease(), lease.report()))
            .toList(),
        cache);
  }

  private void endThreads() throws InterruptedException {
    threads.shutdown();
    if (!threads.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
      // The controller or a store is away: what is left is on disk, for the next agent.
      pause.close();
      if (!threads.awaitTermination(LAST_WORDS.toMillis() / 4, TimeUnit.MILLISECONDS)) {
        threads.shutdownNow();
        threads.awaitTermination(LAST_WORDS.toMillis() / 4, TimeUnit.MILLISECONDS);
      }
    }
    pause.close();
  }

  private Heartbeat.@Nullable NodeStatus status() {
    String problem = health.known().orElse(null);
    Heartbeat.MachineUsage taken = machineSampler.sample();
    try {
      CacheReport cache = io.cache();
      return new Heartbeat.NodeStatus(
          cache.bytes(), cache.hitBytes(), cache.missBytes(), problem, taken, contents.due());
    } catch (IoFailure e) {
      // The I/O process is away; the attempts that need it will say so.
      return new Heartbeat.NodeStatus(0, 0, 0, problem, taken);
    }
  }

  private Map<String, String> variables(Slot slot) {
    Map<String, String> all = new HashMap<>(SlotBinding.variables(machine, slot));
    all.putAll(settings.variables());
    return all;
  }

  /** Agents of one machine have folders of their own, so these tell their groups apart. */
  private String cgroupName() {
    return "stoker-%08x".formatted(settings.data().toAbsolutePath().hashCode());
  }

  private static Thread start(String name, Runnable body) {
    return Thread.ofPlatform().name(name).daemon().start(body);
  }

  private Path shims() {
    return settings.data().resolve("shims");
  }

  private Path sessions() {
    return settings.data().resolve("sessions");
  }

  private Path outbox() {
    return settings.data().resolve("outbox");
  }
}
