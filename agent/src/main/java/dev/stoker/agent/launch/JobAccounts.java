package dev.stoker.agent.launch;

import dev.stoker.agent.launch.SessionBinding.JobUser;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Whom sessions run as. With several accounts each session has one of its own, so that the kernel
 * keeps jobs that run at the same time apart: files, processes, memory, sockets, signals. An
 * account is given to the next session only when nothing of the last one's is left ({@link
 * AccountRemains}); where that cannot be had it is given to nobody.
 *
 * <p>Nothing but sessions may run as these accounts: what does is killed. Thread-safe.
 */
public final class JobAccounts implements AutoCloseable {
  private static final Logger LOG = System.getLogger(JobAccounts.class.getName());

  /** One session renders, the next one's inputs come, the last one's files go. */
  public static final int FOR_A_SLOT = 3;

  /** A folder of a million files goes in that time. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Of the machine, not of a data folder: two agents must not share an account. */
  private static final Path LOCKS = Path.of("/run/stoker-accounts");

  private final List<JobUser> users;
  private final ReentrantLock lock = new ReentrantLock(); // guards the rest
  private final Condition freed = lock.newCondition();
  private final Deque<JobUser> idle = new ArrayDeque<>();
  private final List<FileChannel> held = new ArrayList<>();

  /**
   * @param users none: sessions run as the agent's own user; one: all share it; more: each has one
   *     of its own
   */
  public JobAccounts(List<JobUser> users) {
    this.users = List.copyOf(users);
    idle.addAll(users);
  }

  /**
   * Those of a node with so many slots.
   *
   * @throws IllegalArgumentException in one sentence, when there are several, but too few
   */
  public static JobAccounts forSlots(List<JobUser> users, int slots) {
    int needed = slots * FOR_A_SLOT;
    if (users.size() > 1 && users.size() < needed) {
      throw new IllegalArgumentException(
          "'user' names %d accounts, and the %d slots of this node need %d: of each slot one session renders, the next one's inputs come, the last one's files go."
              .formatted(users.size(), slots, needed));
    }
    return new JobAccounts(users);
  }

  /** Whether each session has an account of its own. */
  public boolean areSeparate() {
    return users.size() > 1;
  }

  /** Equal for two agents whose sessions run as the same. */
  public String text() {
    return areSeparate()
        ? "one of " + users
        : users.isEmpty() ? "null" : users.getFirst().toString();
  }

  /** All of them. */
  public List<JobUser> all() {
    return users;
  }

  /**
   * Keeps other agents of the machine from using them.
   *
   * @throws IOException in one sentence, when one does
   */
  public void reserve() throws IOException {
    if (!areSeparate()) {
      return;
    }
    Files.createDirectories(LOCKS);
    Files.setPosixFilePermissions(LOCKS, PosixFilePermissions.fromString("rwx------"));
    for (JobUser user : users) {
      FileChannel channel =
          FileChannel.open(
              LOCKS.resolve("" + user.uid()), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      held.add(channel);
      if (!isLocked(channel)) {
        close();
        throw new IOException(
            "Another agent of this machine runs jobs as number "
                + user.uid()
                + "; give each agent accounts of its own ('user' in the configuration).");
      }
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // another agent of this process
    }
  }

  /** Takes away what sessions left that nobody adopted; before the first session starts. */
  public void cleanIdle() throws InterruptedException {
    if (areSeparate()) {
      List<JobUser> unclean = new ArrayList<>();
      for (JobUser user : List.copyOf(idle)) {
        if (!isClean(user)) {
          unclean.add(user);
        }
      }
      lock.lock();
      try {
        idle.removeAll(unclean);
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * An account for a new session; null for the agent's own user. {@link #giveBack} ends it.
   *
   * @throws IOException in one sentence, when none gets free in time
   */
  public @Nullable JobUser take() throws IOException, InterruptedException {
    if (!areSeparate()) {
      return users.isEmpty() ? null : users.getFirst();
    }
    long left = PATIENCE.toNanos();
    lock.lockInterruptibly();
    try {
      while (idle.isEmpty()) {
        if (left <= 0) {
          throw new IOException(
              "none of the "
                  + users.size()
                  + " accounts for jobs is free; the agent's log says which could not be cleaned");
        }
        left = freed.awaitNanos(left);
      }
      return idle.removeFirst();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The account of a session that an earlier agent started.
   *
   * @param uid null where the session has none of its own
   * @throws IOException in a clause, when it is none of these, or another session's
   */
  public @Nullable JobUser claim(@Nullable Integer uid) throws IOException {
    if (!areSeparate()) {
      return users.isEmpty() ? null : users.getFirst();
    }
    lock.lock();
    try {
      for (JobUser user : idle) {
        if (uid != null && user.uid() == uid) {
          idle.remove(user);
          return user;
        }
      }
    } finally {
      lock.unlock();
    }
    throw new IOException("its account " + uid + " is none that jobs have now");
  }

  /** A session that was claimed is not adopted after all; before {@link #cleanIdle}. */
  public void disclaim(@Nullable JobUser user) {
    if (user != null && areSeparate()) {
      lock.lock();
      try {
        idle.addLast(user);
      } finally {
        lock.unlock();
      }
    }
  }

  /** A session is over; its account is cleaned, and may be another's when this returns. */
  public void giveBack(@Nullable JobUser user) {
    if (user == null || !areSeparate()) {
      return;
    }
    try {
      if (!isClean(user)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return; // the next agent cleans it
    }
    lock.lock();
    try {
      idle.addLast(user);
      freed.signal();
    } finally {
      lock.unlock();
    }
  }

  private static boolean isClean(JobUser user) throws InterruptedException {
    try {
      AccountRemains.remove(user);
      return true;
    } catch (IOException e) {
      LOG.log(
          Level.WARNING, "No further job runs as number {0}: {1}", "" + user.uid(), e.getMessage());
      return false;
    }
  }

  /** Lets other agents use them. */
  @Override
  public void close() {
    for (FileChannel channel : held) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "The lock of an account stays until the agent ends.", e);
      }
    }
    held.clear();
  }
}
