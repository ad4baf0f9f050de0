package dev.stoker.agent.pipeline;

import dev.stoker.controller.protocol.Leasing;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The attempts of a slot that have not rendered yet, the first one maybe doing so. Thread-safe. */
final class AttemptLine {
  private final ReentrantLock lock = new ReentrantLock(); // guards the rest
  private final Condition changed = lock.newCondition();
  private final Deque<Attempt> attempts = new ArrayDeque<>();
  private final Set<SlotSession> sessions = new LinkedHashSet<>();
  private boolean closed;

  int size() {
    lock.lock();
    try {
      return attempts.size();
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes an attempt in, with the session that it can share, if there is one: the open one, or one
   * that waits to be opened. In one step with {@link #retireIfIdle} and {@link #takeUnused}, so
   * that no session is ended that an attempt was just given.
   */
  Attempt admit(
      Leasing.Lease lease,
      @Nullable SlotSession open,
      Function<Optional<SlotSession>, Attempt> attempt) {
    lock.lock();
    try {
      List<SlotSession> known = new ArrayList<>(sessions);
      if (open != null) {
        known.add(open);
      }
      Attempt admitted =
          attempt.apply(
              known.stream()
                  .filter(session -> session.serves(lease.jobId(), lease.stepName()))
                  .findFirst());
      attempts.addLast(admitted);
      sessions.add(admitted.session());
      changed.signalAll();
      return admitted;
    } finally {
      lock.unlock();
    }
  }

  /** Takes in an attempt that renders already. */
  void adopt(Attempt attempt) {
    lock.lock();
    try {
      attempts.addFirst(attempt);
      sessions.add(attempt.session());
    } finally {
      lock.unlock();
    }
  }

  /** Sessions that attempts in the line are for. */
  List<SlotSession> sessions() {
    lock.lock();
    try {
      return List.copyOf(sessions);
    } finally {
      lock.unlock();
    }
  }

  /** Whether nobody waits for {@code open}, which then takes no further task. */
  boolean retireIfIdle(SlotSession open) {
    lock.lock();
    try {
      if (attempts.isEmpty()) {
        open.retire();
      }
      return attempts.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** The first attempt, which stays in the line; null when none came, or the line is closed. */
  @Nullable Attempt awaitFirst(Duration atMost) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = atMost.toNanos();
      while (attempts.isEmpty() && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      return closed ? null : attempts.peekFirst();
    } finally {
      lock.unlock();
    }
  }

  void remove(Attempt attempt) {
    lock.lock();
    try {
      attempts.remove(attempt);
      sessions.add(attempt.session());
    } finally {
      lock.unlock();
    }
  }

  /** Takes an attempt out that is not the first; whether it was there. */
  boolean withdraw(Attempt attempt) {
    lock.lock();
    try {
      return attempts.peekFirst() != attempt && attempts.remove(attempt);
    } finally {
      lock.unlock();
    }
  }

  /** Sessions that no attempt in the line is for, but {@code open}; each is given out once. */
  List<SlotSession> takeUnused(@Nullable SlotSession open) {
    lock.lock();
    try {
      List<SlotSession> unused = new ArrayList<>();
      for (SlotSession session : sessions) {
        if (session != open
            && attempts.stream().noneMatch(attempt -> attempt.session() == session)) {
          session.retire();
          unused.add(session);
        }
      }
      sessions.removeAll(unused);
      return unused;
    } finally {
      lock.unlock();
    }
  }

  /** What is in it now. */
  List<Attempt> attempts() {
    lock.lock();
    try {
      return List.copyOf(attempts);
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more; what is in it. */
  List<Attempt> close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      return List.copyOf(attempts);
    } finally {
      lock.unlock();
    }
  }

  /** Empties it. */
  List<Attempt> drain() {
    lock.lock();
    try {
      List<Attempt> all = List.copyOf(attempts);
      attempts.clear();
      return all;
    } finally {
      lock.unlock();
    }
  }
}
