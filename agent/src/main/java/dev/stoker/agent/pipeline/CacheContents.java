package dev.stoker.agent.pipeline;

import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.daemon.NodeIo;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the node's cache holds, told to the controller once a minute: it sends jobs where their
 * inputs are. Thread-safe.
 */
final class CacheContents {
  private static final long EVERY_NANOS = Duration.ofMinutes(1).toNanos();

  private final NodeIo io;
  private final AtomicLong toldAtNanos = new AtomicLong(System.nanoTime() - EVERY_NANOS);

  CacheContents(NodeIo io) {
    this.io = io;
  }

  /** Null where it was told less than a minute ago, or cannot be told now. */
  @Nullable List<Heartbeat.CachedFolder> due() {
    long now = System.nanoTime();
    long told = toldAtNanos.get();
    if (now - told < EVERY_NANOS || !toldAtNanos.compareAndSet(told, now)) {
      return null;
    }
    try {
      return io.cachedFolders(Heartbeat.MOST_FOLDERS).stream()
          .map(each -> new Heartbeat.CachedFolder(each.uri(), each.files(), each.bytes()))
          .toList();
    } catch (IoFailure e) {
      return null; // away, or of a release that does not know the question
    }
  }
}
