package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.RpcCall;
import dev.stoker.io.net.RpcCredential;
import dev.stoker.io.net.XdrWriter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One export, over all addresses that serve it. Whoever needs something done asks for the branch
 * that has least to do now: fewest bytes asked for and not yet moved. A slow address thereby gets
 * less, by as much as it is slower.
 *
 * <p>Thread-safe.
 */
final class NfsVolume {
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);

  private final NfsCluster cluster;
  private final AssetPath export;
  private final KnownFiles files = new KnownFiles();
  private final AtomicInteger turn = new AtomicInteger();
  private final MountedBranches mounted;

  NfsVolume(NfsCluster cluster, AssetPath export) {
    this.cluster = cluster;
    this.export = export;
    this.mounted = new MountedBranches(cluster, export);
  }

  NfsCluster cluster() {
    return cluster;
  }

  AssetPath export() {
    return export;
  }

  /** What is known of the files of all its branches. */
  KnownFiles files() {
    return files;
  }

  List<Branch> branches() {
    return mounted.all();
  }

  /** The least that every branch gives at a time. */
  int readBytes() {
    int least = 1 << 20;
    for (Branch branch : branches()) {
      least = Math.min(least, branch.sizes().readBytes());
    }
    return least;
  }

  /**
   * The branch to ask next, never blocking.
   *
   * @param avoid one that just failed, taken only when there is no other
   * @return null when nothing is mounted yet
   */
  @Nullable Branch pick(@Nullable Branch avoid) {
    cluster.upkeepIfDue();
    List<Branch> all = branches();
    Branch best = null;
    long bestCost = Long.MAX_VALUE;
    int start = all.size() < 2 ? 0 : turn.getAndIncrement() & 0xffff;
    for (int i = 0; i < all.size(); i++) {
      Branch each = all.get((start + i) % all.size());
      long cost = each.peer().dataBytesOut();
      if (!each.peer().isAlive()) {
        cost += Long.MAX_VALUE / 4;
      }
      if (avoid != null && each.peer() == avoid.peer()) {
        cost += Long.MAX_VALUE / 8;
      }
      if (cost < bestCost) {
        best = each;
        bestCost = cost;
      }
    }
    return best;
  }

  /**
   * Has {@code attempt} done by one branch, and by another or the same again while addresses do not
   * answer. Blocks.
   *
   * @param doing verb phrase with its object
   */
  <T> T anywhere(Deadline deadline, String doing, Attempt<T> attempt) {
    Patience patience = new Patience(cluster, deadline, doing);
    Branch last = null;
    boolean mountedAnew = false;
    while (true) {
      Branch branch = pick(last);
      if (branch == null) {
        branch = firstBranch(patience);
      }
      try {
        return attempt.on(branch, last != null);
      } catch (PathWalk.StaleRoot stale) {
        if (mountedAnew) {
          throw stale.failure();
        }
        mountedAnew = true;
      } catch (AddressLost lost) {
        boolean othersLive = branches().stream().anyMatch(each -> each.peer().isAlive());
        IoFailure reason = patience.whyGiveUp(lost.failure());
        if (reason != null) {
          throw reason;
        }
        if (!othersLive) {
          patience.rest(lost.failure());
        }
        last = branch;
      }
    }
  }

  /** Waits until one address has mounted the export. */
  Branch firstBranch(Patience patience) {
    return mounted.first(patience);
  }

  /** Mounts what is missing, forgets what is gone, asks the dead whether they live. */
  void keepUp(List<InetAddress> addresses) {
    mounted.keepUp(addresses);
    for (Branch branch : branches()) {
      if (!branch.peer().isAlive()) {
        var _ =
            branch
                .peer()
                .submit(
                    RpcCall.of(
                        Nfs3.NULL,
                        RpcCredential.NONE,
                        new XdrWriter(),
                        Deadline.after(PROBE_TIMEOUT),
                        "ask whether " + branch.name() + " is there"));
      }
    }
  }

  /** Forgets a root that the server no longer knows, so that the export is mounted anew. */
  void forget(Branch stale) {
    mounted.forget(stale);
  }

  /** Work that one branch does. */
  interface Attempt<T> {
    /**
     * @param again whether it was begun before, perhaps carried out, and not answered
     */
    T on(Branch branch, boolean again);
  }
}
