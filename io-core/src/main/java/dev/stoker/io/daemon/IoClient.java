package dev.stoker.io.daemon;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.cache.CacheCheck;
import dev.stoker.io.cache.CacheEviction;
import dev.stoker.io.cache.CachedFolder;
import dev.stoker.io.daemon.Messages.Answer;
import dev.stoker.io.daemon.Messages.GiveRequest;
import dev.stoker.io.daemon.Messages.Operation;
import dev.stoker.io.daemon.Messages.ProbeRequest;
import dev.stoker.io.daemon.Messages.Question;
import dev.stoker.io.pin.PinReport;
import dev.stoker.io.pin.PinRequest;
import dev.stoker.io.stage.DamagedStages;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node's I/O in another process. Connects when first asked; when the process goes away, what is
 * under way fails with {@link IoFailure.Unavailable} and the next call connects anew.
 *
 * <p>Thread-safe.
 */
public final class IoClient implements NodeCache {
  /** For questions that only need the process to be alive. */
  private static final Duration SHORT = Duration.ofSeconds(30);

  /** A stage of a hundred thousand files on a slow disk. */
  private static final Duration UNSTAGE = Duration.ofMinutes(10);

  /** Beyond the asker's own deadline, so that the answer that says so still arrives. */
  private static final long GRACE_MILLIS = 2_000;

  /** Progress that nobody has taken yet; more replaces it. */
  private static final int MAX_ANSWERS = 16;

  private final Path socket;
  private final AtomicLong ids = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Connection connection; // guarded by lock
  private boolean closed; // guarded by lock

  /** Talks to the I/O process of {@code dataFolder}; connects with the first question. */
  public IoClient(Path dataFolder) {
    this.socket = IoSocket.of(dataFolder);
  }

  private IoClient(IoSocket.Found found) {
    this.socket = found.socket();
  }

  /** Talks to the process that owns a cache folder, if one does and listens. */
  public static Optional<IoClient> ofCache(Path cacheFolder) {
    return IoSocket.ofCache(cacheFolder).map(IoClient::new);
  }

  @Override
  public StageProgress stage(
      StageRequest request, Deadline deadline, Consumer<StageProgress> progress) {
    return ask(Operation.STAGE, request, deadline.remainingMillis(), progress, StageProgress.class);
  }

  @Override
  public void giveStage(String stageId, long pid) {
    ask(
        Operation.GIVE,
        new GiveRequest(stageId, pid),
        SHORT.toMillis(),
        IoClient::ignore,
        Boolean.class);
  }

  @Override
  public MountState mountState() {
    return ask(Operation.MOUNT_STATE, null, SHORT.toMillis(), IoClient::ignore, MountState.class);
  }

  @Override
  public String openRoot(RootRequest request, Deadline deadline, Consumer<StageProgress> progress) {
    return ask(Operation.OPEN_ROOT, request, deadline.remainingMillis(), progress, String.class);
  }

  @Override
  public void nextTask(String rootId) {
    ask(Operation.NEXT_TASK, rootId, SHORT.toMillis(), IoClient::ignore, Boolean.class);
  }

  @Override
  public RootReport rootReport(String rootId) {
    return ask(Operation.ROOT_REPORT, rootId, SHORT.toMillis(), IoClient::ignore, RootReport.class);
  }

  @Override
  public PinReport pin(PinRequest request) {
    return ask(Operation.PIN, request, SHORT.toMillis(), IoClient::ignore, PinReport.class);
  }

  @Override
  public List<String> unstage(String stageId) {
    return List.of(
        ask(Operation.UNSTAGE, stageId, UNSTAGE.toMillis(), IoClient::ignore, String[].class));
  }

  @Override
  public DamagedStages awaitDamage(long seen, Deadline deadline) {
    return ask(
        Operation.DAMAGE, seen, deadline.remainingMillis(), IoClient::ignore, DamagedStages.class);
  }

  @Override
  public void probe(String uri, String project, Deadline deadline) {
    ask(
        Operation.PROBE,
        new ProbeRequest(uri, project),
        deadline.remainingMillis(),
        IoClient::ignore,
        Boolean.class);
  }

  @Override
  public List<String> mounts() {
    return List.of(ask(Operation.MOUNTS, null, SHORT.toMillis(), IoClient::ignore, String[].class));
  }

  @Override
  public CacheReport cache() {
    return ask(Operation.CACHE, null, SHORT.toMillis(), IoClient::ignore, CacheReport.class);
  }

  @Override
  public List<CachedFolder> cachedFolders(int most) {
    return List.of(
        ask(Operation.FOLDERS, most, UNSTAGE.toMillis(), IoClient::ignore, CachedFolder[].class));
  }

  @Override
  public TransferReport warm(
      WarmRequest request, Deadline deadline, Consumer<StageProgress> progress) {
    return ask(Operation.WARM, request, deadline.remainingMillis(), progress, TransferReport.class);
  }

  @Override
  public TransferReport copy(
      CopyRequest request, Deadline deadline, Consumer<StageProgress> progress) {
    return ask(Operation.COPY, request, deadline.remainingMillis(), progress, TransferReport.class);
  }

  @Override
  public CacheCheck verify(List<String> uris, Deadline deadline, Consumer<StageProgress> progress) {
    return ask(Operation.VERIFY, uris, deadline.remainingMillis(), progress, CacheCheck.class);
  }

  @Override
  public CacheEviction evict(List<String> uris, Deadline deadline) {
    return ask(
        Operation.EVICT, uris, deadline.remainingMillis(), IoClient::ignore, CacheEviction.class);
  }

  @Override
  public String mount(MountRequest request, Deadline deadline) {
    return ask(
        Operation.MOUNT, request, deadline.remainingMillis(), IoClient::ignore, String.class);
  }

  @Override
  public boolean unmount(String folder) {
    return ask(Operation.UNMOUNT, folder, UNSTAGE.toMillis(), IoClient::ignore, Boolean.class);
  }

  @Override
  public boolean awaitUnmount(String folder, Deadline deadline) {
    return ask(
        Operation.AWAIT_UNMOUNT,
        folder,
        deadline.remainingMillis(),
        IoClient::ignore,
        Boolean.class);
  }

  @Override
  public void close() {
    Connection open;
    lock.lock();
    try {
      closed = true;
      open = connection;
      connection = null;
    } finally {
      lock.unlock();
    }
    if (open != null) {
      open.close();
    }
  }

  private static void ignore(StageProgress progress) {}

  private <T> T ask(
      Operation operation,
      @Nullable Object about,
      long waitMillis,
      Consumer<StageProgress> progress,
      Class<T> type) {
    Question question =
        new Question(
            ids.incrementAndGet(),
            operation,
            ProcessHandle.current().pid(),
            waitMillis,
            about == null ? null : Messages.JSON.valueToTree(about),
            null);
    return Messages.read(connected().ask(question, progress).result(), type);
  }

  private Connection connected() {
    lock.lock();
    try {
      if (closed) {
        throw new IoFailure.Canceled("This client is closed.");
      }
      Connection open = connection;
      if (open == null || open.isBroken()) {
        open = new Connection(new LineChannel(IoSocket.connect(socket)));
        connection = open;
      }
      return open;
    } catch (IOException e) {
      throw new IoFailure.Unavailable(
          "No I/O process answers at " + socket + " (" + e.getMessage() + "); start 'stoker io'.",
          e);
    } finally {
      lock.unlock();
    }
  }

  /** One connection and its reading thread, which hands answers to who asked. */
  private final class Connection implements AutoCloseable {
    private final LineChannel lines;
    private final Map<Long, BlockingQueue<Answer>> waiting = new ConcurrentHashMap<>();
    private final Thread reader;
    private volatile boolean broken;

    Connection(LineChannel lines) {
      this.lines = lines;
      this.reader = Thread.ofVirtual().name("io client").start(this::read);
    }

    boolean isBroken() {
      return broken;
    }

    Answer ask(Question question, Consumer<StageProgress> progress) {
      BlockingQueue<Answer> answers = new ArrayBlockingQueue<>(MAX_ANSWERS);
      waiting.put(question.id(), answers);
      try {
        lines.write(question);
        if (broken) {
          throw gone(null);
        }
        return await(question, answers, progress);
      } catch (IOException e) {
        throw gone(e);
      } finally {
        waiting.remove(question.id());
      }
    }

    private Answer await(
        Question question, BlockingQueue<Answer> answers, Consumer<StageProgress> progress)
        throws IOException {
      Deadline end = Deadline.after(Duration.ofMillis(question.waitMillis() + GRACE_MILLIS));
      try {
        while (true) {
          Answer answer = answers.poll(end.remainingMillis(), TimeUnit.MILLISECONDS);
          if (answer == null) {
            giveUp(question);
            throw new IoFailure.TimedOut(
                "The I/O process at " + socket + " did not answer within the deadline.");
          }
          if (answer.failure() != null) {
            throw answer.failure().asFailure();
          }
          if (answer.progress() == null) {
            return answer;
          }
          progress.accept(answer.progress());
        }
      } catch (InterruptedException e) {
        giveUp(question);
        Thread.currentThread().interrupt();
        throw new IoFailure.Canceled("Waiting for the I/O process was interrupted.");
      }
    }

    private void giveUp(Question question) throws IOException {
      lines.write(
          new Question(
              ids.incrementAndGet(), Operation.CANCEL, question.pid(), 0, null, question.id()));
    }

    private void read() {
      try {
        for (Answer answer = lines.read(Answer.class);
            answer != null;
            answer = lines.read(Answer.class)) {
          hand(answer);
        }
      } catch (IOException e) {
        // Whoever waits is told below.
      } finally {
        broken = true;
        lines.close();
        IoFailure.Unavailable gone = gone(null);
        for (Map.Entry<Long, BlockingQueue<Answer>> one : waiting.entrySet()) {
          hand(Answer.failed(one.getKey(), gone));
        }
      }
    }

    /** Progress may be skipped; the last answer never is. */
    private void hand(Answer answer) {
      BlockingQueue<Answer> answers = waiting.get(answer.id());
      if (answers == null) {
        return; // who asked has given up
      }
      while (!answers.offer(answer)) {
        if (answer.progress() != null) {
          return;
        }
        answers.poll();
      }
    }

    private IoFailure.Unavailable gone(@Nullable IOException cause) {
      return new IoFailure.Unavailable(
          "The I/O process at " + socket + " went away; start it again and retry.", cause);
    }

    @Override
    public void close() {
      lines.close();
      try {
        reader.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
