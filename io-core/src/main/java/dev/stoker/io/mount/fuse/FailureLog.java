package dev.stoker.io.mount.fuse;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.posix.Errno;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Turns failures into what a system call ends with, and says each of them in the log: once, for a
 * renderer tries again and again. Thread-safe.
 */
final class FailureLog {
  /** As long as a wrangler looks at one screen. */
  private static final long SILENCE_NANOS = 10_000_000_000L;

  private static final int MAX_KNOWN = 1000;

  private final System.Logger log;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Long> said = new LinkedHashMap<>(); // guarded by lock

  FailureLog(System.Logger log) {
    this.log = log;
  }

  /** Answers with the failure, unless an answer was sent. */
  void answer(RuntimeException failure, Answer answer) {
    int errno = errno(failure);
    if (!answer.isSent()) {
      answer.fail(errno);
    }
  }

  /** What a call ends with; logged where a person should know. */
  int errno(RuntimeException failure) {
    return switch (failure) {
      case TreeFailure known -> known.errno().number();
      case IoFailure.NotFound _ -> Errno.ENOENT.number();
      case IoFailure.Canceled gone ->
          Thread.currentThread().isInterrupted() ? Errno.EINTR.number() : said(gone, Errno.EIO);
      case IoFailure.Denied denied -> said(denied, Errno.EACCES);
      case IoFailure.TimedOut late -> said(late, Errno.ETIMEDOUT);
      case IoFailure other -> said(other, Errno.EIO);
      default -> {
        log.log(System.Logger.Level.ERROR, "A request of the kernel's failed in Stoker", failure);
        yield Errno.EIO.number();
      }
    };
  }

  private int said(IoFailure failure, Errno errno) {
    String message = String.valueOf(failure.getMessage());
    long now = System.nanoTime();
    lock.lock();
    try {
      Long before = said.get(message);
      if (before != null && now - before < SILENCE_NANOS) {
        return errno.number();
      }
      said.remove(message);
      if (said.size() >= MAX_KNOWN) {
        said.remove(said.keySet().iterator().next());
      }
      said.put(message, now);
    } finally {
      lock.unlock();
    }
    log.log(System.Logger.Level.WARNING, "{0} ({1})", message, errno);
    return errno.number();
  }
}
