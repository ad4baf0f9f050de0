package dev.stoker.agent.demo;

import dev.stoker.agent.config.ByteSize;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.client.ControllerException;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.sync.PushRequest;
import dev.stoker.io.sync.PushSummary;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run of the demo. {@link #run} does it all on the calling thread; {@link #close}, from any
 * thread and at any moment, ends every process and service it started and makes {@code run} return.
 */
public final class Demo implements AutoCloseable {
  /** 140 MB to an emulator on the same machine take seconds; a machine at its limits needs more. */
  private static final Duration PUSH_PATIENCE = Duration.ofMinutes(10);

  private static final int FAILED = 1;

  /** A farm starts in less, on a busy machine, too. */
  private static final int PATIENCE_SECONDS = 20;

  private final DemoOptions options;
  private final Map<String, String> environment;
  private final PrintWriter out;
  private final ProgressView view;
  private final String release;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>(); // guarded by itself
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean running;

  /**
   * @param environment the process's variables
   * @param out where progress and the summary go
   * @param terminal whether bars may move
   * @param release Stoker's version
   */
  public Demo(
      DemoOptions options,
      Map<String, String> environment,
      PrintWriter out,
      boolean terminal,
      String release) {
    this.options = options;
    this.environment = Map.copyOf(environment);
    this.out = out;
    this.view = ProgressView.on(out, terminal);
    this.release = release;
  }

  /**
   * @return 0 when every frame is in the output folder, else 1
   * @throws DemoFailure in one sentence, when it cannot go on
   */
  public int run() throws InterruptedException {
    running = true;
    try {
      return runOnce();
    } catch (IOException e) {
      throw failure("The demo cannot go on: " + e.getMessage() + ".", e);
    } catch (ControllerException | IoFailure e) {
      throw failure(String.valueOf(e.getMessage()), e);
    } catch (DemoFailure e) {
      throw failure(String.valueOf(e.getMessage()), e);
    } finally {
      ended.countDown();
    }
  }

  /** While closing, whatever breaks breaks because its parts are gone. */
  private DemoFailure failure(String message, Exception cause) {
    return closing.getCount() == 0
        ? new DemoFailure("The demo was stopped.", cause)
        : cause instanceof DemoFailure known ? known : new DemoFailure(message, cause);
  }

  private int runOnce() throws IOException, InterruptedException {
    long startMillis = System.currentTimeMillis();
    Path data = Files.createDirectories(options.data());
    lock(data);
    RendererVersion renderer = RendererVersion.find(options.renderer(), data, this::opening);
    PreparedScene scene =
        new SceneMaker(data.resolve("scenes"), view::say, this::opening)
            .prepare(options.renderer());
    EmulatedStorage storage = EmulatedStorage.start(data.resolve("azurite"), environment);
    opening(storage);
    LocalFarm farm = LocalFarm.start(data.resolve("node"), storage, release);
    opening(farm);

    String sceneUri =
        storage.uri("scenes/" + options.renderer().command() + "-" + scene.fingerprint() + "/");
    view.say(
        "Pushing the scene to %s: %d files, %s."
            .formatted(sceneUri, scene.files(), ByteSize.format(scene.bytes())));
    PushSummary push = push(farm, scene, sceneUri);
    // A name of its own for each run: frames are published where nothing is yet.
    String framesUri = storage.uri("frames/" + UUID.randomUUID() + "/");
    String jobId =
        farm.client()
            .submit(
                DemoJob.definition(options, scene, sceneUri, framesUri),
                UUID.randomUUID().toString())
            .jobId();
    view.say("Submitted as %s; rendering with %s.".formatted(jobId, renderer.text()));
    Jobs.Summary job = follow(farm.client(), jobId, scene);
    if (job.state() != Jobs.State.SUCCEEDED) {
      view.say(
          "The job %s: %s".formatted(job.state().name().toLowerCase(Locale.ROOT), job.message()));
      return FAILED;
    }
    RunRecord run = collect(farm, jobId, framesUri, scene, push, renderer, startMillis);
    summarize(run);
    if (options.openBrowser()) {
      Browser.show(options.out().resolve("report.html"), environment);
    }
    if (options.keep()) {
      keepUp(farm, storage);
    }
    return 0;
  }

  /** The data folder's locks are this process's; a second demo would share cache and storage. */
  private void lock(Path data) throws IOException {
    FileChannel file =
        FileChannel.open(data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    opening(file);
    try {
      if (file.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // Held within this process.
    }
    throw new DemoFailure(
        "Another demo runs with the data folder %s; wait for it, or give this one its own with --data."
            .formatted(data));
  }

  private PushSummary push(LocalFarm farm, PreparedScene scene, String sceneUri) {
    PushSummary summary =
        farm.newPush()
            .push(
                PushRequest.of(scene.folder(), AssetUri.parse(sceneUri)).creatingContainer(),
                Deadline.after(PUSH_PATIENCE),
                progress -> view.pushed(progress.bytesDone(), progress.bytesTotal()));
    if (!summary.complete()) {
      throw new DemoFailure("The scene was not pushed: " + summary.failures().getFirst().message());
    }
    return summary;
  }

  private Jobs.Summary follow(ControllerClient client, String jobId, PreparedScene scene) {
    @Nullable JobSnapshot snapshot = null;
    long version = 0;
    while (true) {
      Jobs.Update update = client.watch(jobId, version);
      version = update.version();
      snapshot = JobSnapshot.of(update, scene.bytes(), snapshot == null ? 0 : snapshot.bytesDone());
      view.show(snapshot);
      if (update.job().state().isFinal()) {
        return update.job();
      }
    }
  }

  private RunRecord collect(
      LocalFarm farm,
      String jobId,
      String framesUri,
      PreparedScene scene,
      PushSummary push,
      RendererVersion renderer,
      long startMillis)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectories(options.out().resolve("frames"));
    clear(folder);
    List<Path> files;
    try (AssetSource frames = farm.open(framesUri)) {
      files = new FrameDownload(frames, folder).of(farm.client(), jobId);
    }
    RunRecord run =
        new RunRecord(
            renderer.text(),
            scene.files(),
            scene.bytes(),
            push.bytesSent(),
            push.elapsedMillis(),
            System.currentTimeMillis() - startMillis,
            RunReader.frames(farm.client(), jobId, files, scene.bytes()));
    if (run.frames().size() != options.frames()) {
      throw new DemoFailure(
          "The job succeeded with %d frames instead of %d; see its log."
              .formatted(run.frames().size(), options.frames()));
    }
    ContactSheet.write(
        run.frames().stream().map(RunRecord.Frame::file).toList(),
        options.out().resolve("contact-sheet.png"));
    Report.write(run, options.out().resolve("report.html"));
    return run;
  }

  /** Frames of an earlier run would be taken for this one's. */
  private static void clear(Path folder) throws IOException {
    try (Stream<Path> old = Files.list(folder)) {
      for (Path file : old.filter(f -> f.toString().endsWith(".png")).toList()) {
        Files.delete(file);
      }
    }
  }

  private void summarize(RunRecord run) {
    view.say(
        String.format(
            Locale.ROOT,
            "%d frames in %s with %s: %s read from Blob, %.0f %% of the input was on the node already; see %s",
            run.frames().size(),
            Report.seconds(run.wallMillis()),
            run.renderer(),
            ByteSize.format(run.originBytes()),
            100 * run.cacheHitRate(),
            options.out().resolve("report.html")));
  }

  private void keepUp(LocalFarm farm, EmulatedStorage storage) throws InterruptedException {
    out.println(
        """

        Everything stays up until Ctrl-C. In another terminal:
          export STOKER_CONTROLLER=%s
          export AZURE_STORAGE_CONNECTION_STRING='%s'
          ./stoker job list
          ./stoker node list
          ./stoker fetch %s /tmp/scenes
        """
            .formatted(farm.url(), storage.connectionString(), storage.uri("scenes/")));
    out.println("ready " + farm.url());
    out.flush();
    closing.await();
  }

  /** Remembers a part; one that comes while closing is closed at once. */
  private void opening(AutoCloseable part) {
    synchronized (opened) {
      if (closing.getCount() > 0) {
        opened.push(part);
        return;
      }
    }
    closeQuietly(part);
    throw new DemoFailure("The demo was stopped.");
  }

  /** Closes what is open, and waits for what another thread is about to open, which closes it. */
  @Override
  public void close() {
    closing.countDown();
    while (true) {
      AutoCloseable part;
      synchronized (opened) {
        if (opened.isEmpty()) {
          break;
        }
        part = opened.pop();
      }
      closeQuietly(part);
    }
    try {
      // The process ends when its hooks have: a mount that is made then would stay.
      boolean _ = !running || ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void closeQuietly(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      System.getLogger(Demo.class.getName())
          .log(System.Logger.Level.WARNING, "A part did not close: " + e.getMessage());
    }
  }
}
