package dev.stoker.agent.pipeline;

import dev.stoker.controller.faults.CutProxy;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.fetch.FetchEngine;
import dev.stoker.io.fetch.FetchOptions;
import dev.stoker.io.net.HttpTransport;
import dev.stoker.io.net.TransportOptions;
import dev.stoker.io.observe.Metrics;
import dev.stoker.io.publish.blob.BlobWriter;
import dev.stoker.io.source.Sources;
import dev.stoker.io.source.blob.BlobAccounts;
import dev.stoker.io.source.blob.BlobSettings;
import dev.stoker.io.sync.TreeFetch;
import dev.stoker.io.testing.AzuriteServer;
import dev.stoker.io.testing.Trials;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * F2 and F3 for the agent: one that is frozen while its outputs are ready and its task is given to
 * another, and wires that are cut between agent and controller and between agent and Blob. {@code
 * -Dstoker.trials=20} is the full run.
 */
@Timeout(3600)
@Tag("nightly")
class PartitionFaultsTest extends AgentFarm {
  private static final int IN_TESTS = 2;
  private static final int FRAMES = 20;
  private static final int LONGEST_CUT_MILLIS = 2_000;

  /** Longer than a lease holds. */
  private static final int LAPSE_MILLIS = 33_000;

  private int jobs;

  @Test
  void aNodeThatWasFrozenPastItsLeasePublishesNothing() throws Exception {
    Trials trials = new Trials("F2 frozen agent");
    Random random = trials.random();
    int wanted = Trials.wanted(IN_TESTS);
    for (int i = 0; i < wanted; i++) {
      // In a test there is no time for a term to end; the full run has it every other time.
      frozen(trials, random, wanted > IN_TESTS && i % 2 == 0);
      trials.trial();
    }
    trials.end();
  }

  private void frozen(Trials trials, Random random, boolean lapses) throws Exception {
    String name = "frozen-" + jobs;
    Path marker = top.resolve("written-" + jobs);
    Process frozen = startAgentProcess(name, top.resolve(name), controller.url(), true);
    String job = submitFrames(1, "echo end >> %s; touch " + marker + "; sleep 0.2");
    until(() -> Files.exists(marker));
    TimeUnit.MILLISECONDS.sleep(random.nextInt(300)); // a random moment is the point
    signal(frozen, "STOP");
    startAgent(named("successor-" + jobs));
    if (lapses) {
      TimeUnit.MILLISECONDS.sleep(LAPSE_MILLIS); // the term has to end by the clock
    } else {
      giveUp(name);
    }
    Jobs.Summary summary = awaitEnd(job);
    Path file = show("out" + jobs + "/f1.txt");
    String before = state(file);
    stopAgent();
    signal(frozen, "CONT");
    // When it did this, it is through with what it held.
    String next = submitFrames(1, "true %s");
    awaitEnd(next);
    frozen.destroy();
    frozen.waitFor(60, TimeUnit.SECONDS);
    if (summary.state() != Jobs.State.SUCCEEDED) {
      trials.lost("job " + job + " ended " + summary.state());
    }
    if (!state(file).equals(before)) {
      trials.doubled("published again: " + before + ", then " + state(file));
    }
    check(trials, job, 1, jobs - 1);
  }

  private UnaryOperator<AgentSettings> named(String name) {
    return ignored -> AgentSettings.of(name, "test", top.resolve("agent-" + name));
  }

  /** What the controller hears when a node that lives on no longer holds its leases. */
  private void giveUp(String node) {
    until(
        () -> {
          var seen =
              client.nodes().nodes().stream().filter(each -> each.name().equals(node)).toList();
          client.heartbeat(seen.getFirst().nodeId(), new Heartbeat.Request(List.of(), null));
          return seen.getFirst().leases() == 0;
        });
  }

  private static void signal(Process process, String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  private static String state(Path file) {
    try {
      return Files.exists(file)
          ? Files.readAttributes(file, "unix:ino,lastModifiedTime") + Files.readString(file)
          : "";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void nothingIsLostOrDoubledWhenAnAgentIsCutOffFromItsController() throws Exception {
    Trials trials = new Trials("F3 agent and controller");
    Random random = trials.random();
    int wanted = Trials.wanted(IN_TESTS);
    try (CutProxy wire = CutProxy.to(controller.url().getPort())) {
      Process far =
          startAgentProcess(
              "far", top.resolve("far"), URI.create("http://127.0.0.1:" + wire.port()), true);
      startAgent(named("near"));
      for (int done = 0; done < wanted; ) {
        String job = submitFrames(FRAMES, "sleep 0.1; echo end >> %s");
        int number = jobs;
        while (done < wanted && !client.job(job).state().isFinal()) {
          TimeUnit.MILLISECONDS.sleep(random.nextInt(800));
          wire.cut();
          boolean lapses = wanted > IN_TESTS && random.nextInt(5) == 0;
          TimeUnit.MILLISECONDS.sleep(lapses ? LAPSE_MILLIS : random.nextInt(LONGEST_CUT_MILLIS));
          wire.mend(random);
          trials.trial();
          done++;
        }
        finished(trials, job);
        check(trials, job, FRAMES, number);
      }
      far.destroy();
      far.waitFor(60, TimeUnit.SECONDS);
    }
    trials.end();
  }

  @Test
  void nothingIsLostOrDoubledWhenAnAgentIsCutOffFromBlob() throws Exception {
    Trials trials = new Trials("F3 agent and Blob");
    Random random = trials.random();
    int wanted = Trials.wanted(IN_TESTS);
    try (AzuriteServer azurite = AzuriteServer.start(List.of("--inMemoryPersistence"));
        CutProxy wire = CutProxy.to(azurite.port())) {
      makeContainer(azurite);
      publisher.close();
      publisher = Publishing.toBlob(through(wire, azurite));
      startAgent();
      for (int done = 0; done < wanted; ) {
        String job = submitBlobs(wire);
        while (done < wanted && !client.job(job).state().isFinal()) {
          TimeUnit.MILLISECONDS.sleep(random.nextInt(800));
          wire.cut();
          TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_CUT_MILLIS));
          wire.mend(random);
          trials.trial();
          done++;
        }
        finished(trials, job);
        checkBlobs(trials, job, azurite);
      }
      stopAgent();
    }
    trials.end();
  }

  private static String through(CutProxy wire, AzuriteServer azurite) {
    return azurite.connectionString().replace(":" + azurite.port() + "/", ":" + wire.port() + "/");
  }

  private String submitBlobs(CutProxy wire) throws Exception {
    jobs++;
    String to =
        "blob+http://127.0.0.1:%d/%s/frames/out%d/"
            .formatted(wire.port(), AzuriteServer.ACCOUNT, jobs);
    var location = new Jobs.Location("show", to, List.of("/mnt/blob"), true);
    return submitTemplate(
        template(FRAMES, "sleep 0.1; echo end >> %s"),
        Map.of("Out", "/mnt/blob/"),
        "key-" + jobs,
        20,
        location);
  }

  private void checkBlobs(Trials trials, String job, AzuriteServer azurite) throws IOException {
    Path copy = copied(azurite);
    List<String> names = new ArrayList<>(List.of(copy.toFile().list()));
    for (int frame = 1; frame <= FRAMES; frame++) {
      String name = "f" + frame + ".txt";
      if (!names.remove(name)) {
        trials.lost("blob " + name + " of job " + job);
        continue;
      }
      String text = Files.readString(copy.resolve(name));
      if (!text.equals("frame " + frame + "\nend\n")) {
        trials.corrupt("blob " + name + ": " + text);
      }
    }
    if (!names.isEmpty()) {
      trials.doubled("blobs that nobody published: " + names);
    }
  }

  private static void makeContainer(AzuriteServer azurite) {
    try (HttpTransport transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()))) {
      BlobSettings settings = BlobSettings.fromEnvironment(azurite.environment());
      new BlobWriter(new BlobAccounts(settings, transport), new Random())
          .createContainer(
              (BlobUri) AssetUri.parse(azurite.uri("frames")),
              Deadline.after(Duration.ofSeconds(20)));
    }
  }

  /** What lies at the newest job's destination, without the cut wire between. */
  private Path copied(AzuriteServer azurite) throws IOException {
    Path copy = Files.createTempDirectory(top, "copy");
    BlobSettings settings = BlobSettings.fromEnvironment(azurite.environment());
    try (HttpTransport transport = new HttpTransport(TransportOptions.fromEnvironment(Map.of()))) {
      Sources sources = new Sources(transport, settings);
      try (FetchEngine engine =
          new FetchEngine(sources::open, FetchOptions.defaults(), new Metrics())) {
        AssetUri tree = AssetUri.parse(azurite.uri("frames") + "out" + jobs + "/");
        new TreeFetch(engine, sources::open, TreeFetch.Options.DEFAULT)
            .copy(List.of(tree), copy, Deadline.after(Duration.ofSeconds(60)));
      }
    }
    return copy;
  }

  private void finished(Trials trials, String job) {
    Jobs.Summary summary = awaitEnd(job);
    if (summary.state() != Jobs.State.SUCCEEDED) {
      trials.lost("job " + job + " ended " + summary.state() + ": " + summary.message());
    }
  }

  private void check(Trials trials, String job, int frames, int number) throws Exception {
    for (Jobs.Task task : client.tasks(job, null, frames).tasks()) {
      long grants = task.attempts().stream().filter(Jobs.Attempt::granted).count();
      if (grants > 1) {
        trials.doubled("task " + task.taskId() + " was granted " + grants + " times");
      }
    }
    for (int frame = 1; frame <= frames; frame++) {
      Path file = show("out" + number + "/f" + frame + ".txt");
      if (!Files.exists(file)) {
        trials.lost("frame " + frame + " of job " + job);
      } else if (!Files.readString(file).equals("frame " + frame + "\nend\n")) {
        trials.corrupt("frame " + frame + ": " + Files.readString(file));
      }
    }
    List<String> extra =
        listed(show("out" + number)).stream().filter(name -> !name.matches("f\\d+\\.txt")).toList();
    if (!extra.isEmpty()) {
      trials.doubled("files that nobody published: " + extra);
    }
  }

  /** Each frame's file gets one line from the task and what {@code then} does with it, as %s. */
  private String submitFrames(int frames, String then) throws Exception {
    jobs++;
    return submitTemplate(
        template(frames, then),
        Map.of("Out", "/mnt/show/" + show("").relativize(show("out" + jobs))),
        "key-" + jobs,
        20);
  }

  private String template(int frames, String then) {
    String file = "{{Param.Out}}/f{{Task.Param.Frame}}.txt";
    return framesTemplate(
        "faults-" + jobs,
        frames,
        "echo frame {{Task.Param.Frame}} > " + file + "; " + then.formatted(file));
  }
}
