package dev.stoker.controller.dispatch;

import dev.stoker.controller.protocol.Leasing;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One lease request that waits for work. Owned by {@link Rounds}. */
final class Poll {
  final Member node;
  final Leasing.Request request;
  final CompletableFuture<List<Grant>> grants = new CompletableFuture<>();

  /** Whether its caller stopped waiting; guarded by the lock of {@link Rounds}. */
  boolean withdrawn;

  Poll(Member node, Leasing.Request request) {
    this.node = node;
    this.request = request;
  }
}
