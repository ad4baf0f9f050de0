package dev.stoker.agent.launch;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The running shim of one session: {@code stoker-shim.c} says what it does and what lies in its
 * control folder.
 *
 * <p>It is told by a pipe and tells by a pipe, so the gap between two actions is a few wake-ups.
 * Both pipes have names and the shim holds both ends of each, so an agent that comes later adopts
 * it ({@link #adopt}), and its files say how the last action ended. Thread-safe; one action at a
 * time.
 */
public final class Shim implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Shim.class.getName());

  /** Set by the launcher. */
  private static final String PROGRAM_PROPERTY = "stoker.shim";

  private static final String BOOT_FILE = "boot";

  /** A C program's start takes milliseconds; a machine that swaps takes seconds. */
  private static final long START_SECONDS = 20;

  /** The shim gives its own killing ten seconds. */
  private static final long END_SECONDS = 15;

  private static final int MOST_REMOVALS = 100;
  private static final long REMOVAL_PAUSE_NANOS = 20_000_000;

  private final Path control;
  private final ShimProcess process;
  private final FileChannel commands;
  private final Thread eventReader;
  private final ReentrantLock lock = new ReentrantLock(); // guards lastId and one run at a time
  private final AtomicReference<@Nullable ActionRun> current = new AtomicReference<>();
  private volatile String lastEnded = "";
  private long lastId;

  private Shim(Path control, ShimProcess process) throws IOException {
    this.control = control;
    this.process = process;
    // Neither open waits: the shim holds both ends of both pipes.
    this.commands = FileChannel.open(control.resolve("commands"), StandardOpenOption.WRITE);
    FileInputStream events = new FileInputStream(control.resolve("events").toFile());
    this.eventReader =
        Thread.ofPlatform()
            .name("shim-events-" + control.getFileName())
            .daemon()
            .start(() -> readEvents(events));
  }

  /**
   * Starts a shim, bound; it has said that it is ready.
   *
   * @param control a folder to make, private to the agent's user; its name names the session
   * @throws IOException naming what could not be bound
   */
  public static Shim start(SessionBinding binding, Path control) throws IOException {
    Files.createDirectories(control.toAbsolutePath().getParent());
    Files.createDirectory(
        control,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(control.resolve(BOOT_FILE), ProcessIdentity.currentBoot());
    List<String> command = new ArrayList<>(List.of(program().toString(), control.toString()));
    command.addAll(binding.options());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    Process process = builder.start();
    try {
      awaitReady(process);
      return new Shim(control, new ShimProcess.Child(process));
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      FolderTree.delete(control);
      throw e;
    }
  }

  /**
   * Takes over the shim that an earlier agent started in {@code control}.
   *
   * @return empty when it runs no more, or the machine was started anew since
   * @throws IOException when it runs but cannot be spoken to
   */
  public static Optional<Shim> adopt(Path control) throws IOException {
    Optional<ProcessIdentity> found = identity(control).filter(ProcessIdentity::isAlive);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    // Opened both ways, a FIFO keeps nobody waiting, even if its shim dies just now (fifo(7)).
    Path events = control.resolve("events");
    Path commands = control.resolve("commands");
    Set<StandardOpenOption> bothWays = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
    try (FileChannel eventsHeld = FileChannel.open(events, bothWays);
        FileChannel commandsHeld = FileChannel.open(commands, bothWays)) {
      Shim shim = new Shim(control, new ShimProcess.Adopted(found.get()));
      shim.ping();
      return eventsHeld.isOpen() && commandsHeld.isOpen() ? Optional.of(shim) : Optional.empty();
    }
  }

  private static Optional<ProcessIdentity> identity(Path control) throws IOException {
    Path boot = control.resolve(BOOT_FILE);
    return Files.exists(boot)
        ? ProcessIdentity.read(control.resolve("shim.pid"), Files.readString(boot))
        : Optional.empty();
  }

  /** The shim's program: where the launcher says, else beside the classes it was built with. */
  public static Path program() {
    String named = System.getProperty(PROGRAM_PROPERTY);
    if (named != null) {
      return Path.of(named);
    }
    try {
      Path classes =
          Path.of(Shim.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      // target/classes and target/stoker-agent.jar have target/shim beside them, lib/*.jar has
      // bin/.
      for (String place : new String[] {"shim/stoker-shim", "../bin/stoker-shim"}) {
        Path program = classes.resolveSibling(place).normalize();
        if (Files.isExecutable(program)) {
          return program;
        }
      }
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException("Cannot tell where the agent's classes lie.", e);
    }
    throw new IllegalStateException(
        "Cannot find the program stoker-shim; build the agent module, or name it with -D"
            + PROGRAM_PROPERTY
            + "=PATH.");
  }

  /**
   * Ends what an earlier agent's shim left in {@code control}: the shim, its action and every
   * process of its session; then removes the folder.
   *
   * @return whether anything was still running
   */
  public static boolean endLeftover(Path control) throws IOException {
    Optional<ProcessIdentity> shim = identity(control);
    boolean alive = shim.filter(ProcessIdentity::isAlive).isPresent();
    // Its action dies with it (PR_SET_PDEATHSIG), the rest bears its mark.
    shim.ifPresent(ProcessIdentity::kill);
    int killed = MarkedProcesses.killAll(control.getFileName().toString());
    remove(control);
    return alive || killed > 0;
  }

  /** What was killed may end a system call first, and leave one more file. */
  private static void remove(Path control) throws IOException {
    for (int tries = 1; true; tries++) {
      try {
        FolderTree.delete(control);
        return;
      } catch (DirectoryNotEmptyException e) {
        if (tries == MOST_REMOVALS) {
          throw e;
        }
        LockSupport.parkNanos(REMOVAL_PAUSE_NANOS);
      }
    }
  }

  Path control() {
    return control;
  }

  /** The number of its process, which is above all of its session's. */
  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Starts an action and returns at once; the one before must have ended.
   *
   * @throws IOException when it cannot be handed to the shim
   */
  public ActionRun run(Action action) throws IOException {
    ActionRun run = prepare(action);
    run.start();
    return run;
  }

  /**
   * Lays an action ready; {@link ActionRun#start} starts it. The one before must have ended.
   *
   * @throws IOException when it cannot be handed to the shim
   */
  public ActionRun prepare(Action action) throws IOException {
    lock.lock();
    try {
      ActionRun run = new ActionRun(this, lastId + 1);
      Files.write(
          run.file(".action"),
          action.toFile(MarkedProcesses.mark(control.getFileName().toString())));
      lastId = run.id();
      return run;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Goes on with the action that an earlier agent laid ready last, whether it started it or not.
   *
   * @param id its number; 0 where there was none, so that the next one is the first
   */
  public ActionRun resume(long id) {
    lock.lock();
    try {
      lastId = id;
      ActionRun run = new ActionRun(this, id);
      start(run);
      return run;
    } finally {
      lock.unlock();
    }
  }

  /** A shim that has run it before takes no notice. */
  void start(ActionRun run) {
    current.set(run);
    if (run.settle()) {
      return;
    }
    command("run " + run.id());
    if (lastEnded.startsWith(ended(run))) {
      run.settle(ActionEnd.ofEvent(lastEnded)); // told before anybody asked
    } else if (!process.isAlive()) {
      run.vanish();
    }
  }

  private static String ended(ActionRun run) {
    return "ended " + run.id() + " ";
  }

  /** Tells the shim that its agent lives. */
  public void ping() {
    command("ping");
  }

  void command(String line) {
    try {
      // Below PIPE_BUF, so it is written whole or not at all (pipe(7)).
      commands.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "The shim of {0} takes no command: {1}", control, e.getMessage());
    }
  }

  private void readEvents(FileInputStream events) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lastEnded = line;
        ActionRun run = current.get();
        if (run != null && line.startsWith(ended(run))) {
          run.settle(ActionEnd.ofEvent(line));
        }
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "Cannot read what the shim of {0} says: {1}", control, e.getMessage());
    }
    ActionRun run = current.get();
    if (run != null) {
      run.vanish();
    }
  }

  /** Ends the session's processes, all of them, and the shim; removes the control folder. */
  @Override
  public void close() {
    command("end");
    try {
      if (!process.awaitCleanEnd(Duration.ofSeconds(END_SECONDS))) {
        process.kill();
        MarkedProcesses.killAll(control.getFileName().toString());
      }
      eventReader.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
      commands.close();
      FolderTree.delete(control);
    } catch (InterruptedException e) {
      process.kill();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot remove the control folder " + control + ".", e);
    }
  }

  private static void awaitReady(Process process) throws IOException {
    Thread guard =
        Thread.ofVirtual()
            .name("shim-start-" + process.pid())
            .start(
                () -> {
                  try {
                    Thread.sleep(TimeUnit.SECONDS.toMillis(START_SECONDS));
                    process.destroyForcibly();
                  } catch (InterruptedException e) {
                    // It was ready in time.
                  }
                });
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      String line = reader.readLine();
      if (!"ready".equals(line)) {
        throw new IOException(
            "Cannot start a session's shim: "
                + (line == null ? "it ended without a word." : line + "."));
      }
    } finally {
      guard.interrupt();
    }
  }
}
