package dev.stoker.io.daemon;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.daemon.Messages.Answer;
import dev.stoker.io.daemon.Messages.GiveRequest;
import dev.stoker.io.daemon.Messages.Operation;
import dev.stoker.io.daemon.Messages.ProbeRequest;
import dev.stoker.io.daemon.Messages.Question;
import dev.stoker.io.pin.PinRequest;
import dev.stoker.io.stage.StageOwner;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** One client: reads questions, answers each on a thread of its own. */
final class ServedConnection implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ServedConnection.class.getName());

  /** Questions under way; the next one is read when one of these is answered. */
  private static final int MAX_QUESTIONS = 64;

  private final IoNode node;
  private final LineChannel lines;
  private final Semaphore free = new Semaphore(MAX_QUESTIONS);
  private final Map<Long, Work> underWay = new ConcurrentHashMap<>();
  private Thread reader = Thread.currentThread();

  ServedConnection(IoNode node, SocketChannel channel) {
    this.node = node;
    this.lines = new LineChannel(channel);
  }

  /** Serves until the client hangs up; then gives up what it asked for and calls {@code ended}. */
  void start(Runnable ended) {
    reader =
        Thread.ofVirtual()
            .name("io connection")
            .start(
                () -> {
                  try {
                    serve();
                  } finally {
                    giveUpAll();
                    lines.close();
                    ended.run();
                  }
                });
  }

  private void serve() {
    try {
      for (Question q = lines.read(Question.class); q != null; q = lines.read(Question.class)) {
        if (q.operation() == Operation.CANCEL) {
          Work asked = underWay.get(Objects.requireNonNullElse(q.target(), -1L));
          if (asked != null) {
            asked.giveUp();
          }
        } else {
          free.acquire();
          Work work = new Work(q);
          underWay.put(q.id(), work);
          work.thread.start();
        }
      }
    } catch (ClosedChannelException | InterruptedException e) {
      // The server stops.
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "Hanging up on a client: {0}", e.getMessage());
    }
  }

  /** One question under way. */
  private final class Work {
    final Thread thread;
    private final Question question;

    /** Held while writing: an interrupt then would close the socket for all. */
    private final ReentrantLock writing = new ReentrantLock();

    Work(Question question) {
      this.question = question;
      this.thread =
          Thread.ofVirtual()
              .name("io " + question.operation() + " " + question.id())
              .unstarted(this::run);
    }

    void giveUp() {
      writing.lock();
      try {
        thread.interrupt();
      } finally {
        writing.unlock();
      }
    }

    private void run() {
      try {
        send(answerTo(question, this::send));
      } catch (RuntimeException e) {
        send(Answer.failed(question.id(), e));
      } finally {
        underWay.remove(question.id());
        free.release();
      }
    }

    private void send(Answer answer) {
      writing.lock();
      boolean interrupted = Thread.interrupted();
      try {
        lines.write(answer);
      } catch (IOException e) {
        lines.close(); // the client is gone; its connection ends by itself
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
        writing.unlock();
      }
    }
  }

  private Answer answerTo(Question question, Consumer<Answer> send) {
    long id = question.id();
    Deadline deadline = Deadline.after(Duration.ofMillis(question.waitMillis()));
    Consumer<StageProgress> progress = now -> send.accept(Answer.progress(id, now));
    return switch (question.operation()) {
      case STAGE ->
          Answer.of(
              id,
              node.stage(
                  about(question, StageRequest.class),
                  StageOwner.of(question.pid()),
                  deadline,
                  progress));
      case GIVE -> {
        GiveRequest gift = about(question, GiveRequest.class);
        node.giveStage(gift.stageId(), gift.pid());
        yield Answer.of(id, true);
      }
      case UNSTAGE -> Answer.of(id, node.unstage(about(question, String.class)));
      case PROBE -> {
        ProbeRequest origin = about(question, ProbeRequest.class);
        node.probe(origin.uri(), origin.project(), deadline);
        yield Answer.of(id, true);
      }
      case MOUNTS -> Answer.of(id, node.mounts());
      case CACHE -> Answer.of(id, node.cache());
      case FOLDERS -> Answer.of(id, node.cachedFolders(about(question, Integer.class)));
      case DAMAGE -> Answer.of(id, node.awaitDamage(about(question, Long.class), deadline));
      case WARM -> Answer.of(id, node.warm(about(question, WarmRequest.class), deadline, progress));
      case COPY -> Answer.of(id, node.copy(about(question, CopyRequest.class), deadline, progress));
      case VERIFY -> Answer.of(id, node.verify(uris(question), deadline, progress));
      case EVICT -> Answer.of(id, node.evict(uris(question), deadline));
      case MOUNT ->
          Answer.of(id, node.mount(about(question, MountRequest.class), question.pid(), deadline));
      case UNMOUNT -> Answer.of(id, node.unmount(about(question, String.class)));
      case AWAIT_UNMOUNT ->
          Answer.of(id, node.awaitUnmount(about(question, String.class), deadline));
      case MOUNT_STATE -> Answer.of(id, node.mountState());
      case OPEN_ROOT ->
          Answer.of(
              id,
              node.openRoot(
                  about(question, RootRequest.class),
                  StageOwner.of(question.pid()),
                  deadline,
                  progress));
      case NEXT_TASK -> {
        node.nextTask(about(question, String.class));
        yield Answer.of(id, true);
      }
      case ROOT_REPORT -> Answer.of(id, node.rootReport(about(question, String.class)));
      case PIN -> Answer.of(id, node.pin(about(question, PinRequest.class)));
      case CANCEL -> throw new IllegalStateException("CANCEL has no answer.");
    };
  }

  private static <T> T about(Question question, Class<T> type) {
    return Messages.read(question.about(), type);
  }

  private static List<String> uris(Question question) {
    return List.of(about(question, String[].class));
  }

  private void giveUpAll() {
    underWay.values().forEach(Work::giveUp);
  }

  /** Hangs up and waits until everything under way has ended. */
  @Override
  public void close() {
    lines.close();
    giveUpAll();
    try {
      reader.join();
      for (Work work : underWay.values()) {
        work.thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
