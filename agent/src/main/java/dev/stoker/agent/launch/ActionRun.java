package dev.stoker.agent.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An action that was handed to the shim. {@link #terminate} and {@link #kill} may be called by any
 * thread; the rest belongs to the one that waits.
 */
public final class ActionRun implements AutoCloseable {
  private final Shim shim;
  private final long id;
  private final CompletableFuture<ActionEnd> end = new CompletableFuture<>();
  private final LogTail log;

  ActionRun(Shim shim, long id) {
    this.shim = shim;
    this.id = id;
    this.log = new LogTail(file(".log"));
  }

  /** Counts a session's actions from 1. */
  public long id() {
    return id;
  }

  /** Lets the shim start it; whoever must know of it before it runs has noted it by now. */
  public void start() {
    shim.start(this);
  }

  /** Tells the shim that its agent lives, so that it does not take the action for an orphan. */
  public void ping() {
    shim.ping();
  }

  Path file(String suffix) {
    return shim.control().resolve(id + suffix);
  }

  /** Its stdout and stderr. */
  public LogTail log() {
    return log;
  }

  /** How it ended, once it and all of its processes have; empty when that takes longer. */
  public Optional<ActionEnd> await(Duration atMost) throws InterruptedException {
    try {
      return Optional.of(end.get(atMost.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot tell how an action ended.", e.getCause());
    }
  }

  /** Sends SIGTERM to its process group; does nothing once it has ended. */
  public void terminate() {
    shim.command("term " + id);
  }

  /** Sends SIGKILL to it, and with it to everything it started. */
  public void kill() {
    shim.command("kill " + id);
  }

  /** The shim has said how it ended; its file may say nothing, as a full disk takes none. */
  void settle(ActionEnd said) {
    end.complete(said);
  }

  /** Takes the end from its file, if it is there. */
  boolean settle() {
    try {
      return end.complete(ActionEnd.parse(Files.readString(file(".exit")))) || end.isDone();
    } catch (IOException e) {
      return end.isDone();
    }
  }

  void vanish() {
    if (!settle()) {
      end.complete(new ActionEnd(new ActionEnd.Vanished(), 0));
    }
  }

  /** Removes its files. */
  @Override
  public void close() {
    log.close();
    try {
      for (String suffix : new String[] {".action", ".pid", ".exit"}) {
        Files.deleteIfExists(file(suffix));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot remove files of action " + file("") + ".", e);
    }
  }
}
