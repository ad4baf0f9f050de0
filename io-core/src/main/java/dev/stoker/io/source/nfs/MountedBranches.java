package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.RpcPeer;
import dev.stoker.io.net.XdrReader;
import dev.stoker.io.net.XdrWriter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Mounts one export from the addresses of a cluster, each on a thread of its own, so that one that
 * does not answer holds nobody up. Of a lone server's addresses one is mounted, another when that
 * one dies.
 *
 * <p>Thread-safe.
 */
final class MountedBranches {
  private static final Duration MOUNT_TIMEOUT = Duration.ofSeconds(5);
  private static final long LOOK_MILLIS = 200;

  private final NfsCluster cluster;
  private final AssetPath export;
  private volatile List<Branch> all = List.of();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by lock: all below.
  private final Map<InetAddress, Branch> mounted = new LinkedHashMap<>();
  private final Set<InetAddress> mounting = new HashSet<>();
  private @Nullable IoFailure last;

  MountedBranches(NfsCluster cluster, AssetPath export) {
    this.cluster = cluster;
    this.export = export;
  }

  List<Branch> all() {
    return all;
  }

  /** Starts to mount what is missing and forgets what is gone; does not wait. */
  void keepUp(List<InetAddress> addresses) {
    lock.lock();
    try {
      if (!cluster.usesAll()) {
        if (mounting.isEmpty() && mounted.values().stream().noneMatch(b -> b.peer().isAlive())) {
          start(addresses);
        }
        return;
      }
      mounted.keySet().retainAll(addresses);
      publish();
      for (InetAddress address : addresses) {
        if (!mounted.containsKey(address) && !mounting.contains(address)) {
          start(List.of(address));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until one address has mounted the export.
   *
   * @throws IoFailure when none will, or patience ends
   */
  Branch first(Patience patience) {
    while (true) {
      keepUp(cluster.addresses());
      IoFailure failure = awaitFirst();
      List<Branch> now = all;
      if (!now.isEmpty()) {
        return now.getFirst();
      }
      if (failure != null && !(failure instanceof IoFailure.Unavailable)) {
        throw failure;
      }
      patience.rest((IoFailure.Unavailable) failure);
    }
  }

  /** The last failure, once nobody is trying any more or somebody made it. */
  private @Nullable IoFailure awaitFirst() {
    lock.lock();
    try {
      while (mounted.isEmpty() && !mounting.isEmpty()) {
        boolean _ = changed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      }
      return last;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Stopped mounting /" + export + ", as was asked for.");
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: mounts from the first of {@code candidates} that answers. */
  private void start(List<InetAddress> candidates) {
    mounting.addAll(candidates);
    last = null;
    Thread.ofVirtual().name("stoker-nfs-mount").start(() -> mountOneOf(candidates));
  }

  private void mountOneOf(List<InetAddress> candidates) {
    Branch branch = null;
    InetAddress at = null;
    IoFailure failure = null;
    for (InetAddress address : candidates) {
      try {
        branch = mount(address);
        at = address;
        break;
      } catch (AddressLost lost) {
        failure = lost.failure();
      } catch (IoFailure.TimedOut late) {
        failure = new IoFailure.Unavailable(String.valueOf(late.getMessage()), late);
      } catch (IoFailure refused) {
        failure = refused;
      } catch (RuntimeException e) {
        failure = new IoFailure.Unavailable("Cannot mount /" + export + ": " + e + ".", e);
      }
    }
    lock.lock();
    try {
      mounting.removeAll(candidates);
      if (branch != null && at != null) {
        if (!cluster.usesAll()) {
          mounted.clear();
        }
        mounted.put(at, branch);
      } else {
        last = failure;
      }
      publish();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void publish() {
    all = List.copyOf(mounted.values());
  }

  private Branch mount(InetAddress address) {
    Deadline deadline = Deadline.after(MOUNT_TIMEOUT);
    NfsHandle root = cluster.mounting().mount(export, address, deadline);
    if (root == null) {
      throw new IoFailure.NotFound(
          "Cannot mount /" + export + " of " + address.getHostAddress() + ": no such export.");
    }
    RpcPeer peer = cluster.peer(address, deadline);
    Branch untold = new Branch(peer, root, TransferSizes.CAUTIOUS, cluster.credential());
    String doing = "ask " + peer.name() + " for its transfer sizes";
    NfsReply reply =
        untold.call(Nfs3.FSINFO, new XdrWriter().putOpaque(root.bytes()), deadline, doing);
    try {
      TransferSizes sizes =
          reply.ok() ? TransferSizes.read(reply.results()) : TransferSizes.CAUTIOUS;
      return new Branch(peer, root, sizes, cluster.credential());
    } catch (XdrReader.BadXdrException e) {
      throw Branch.corrupt(doing, e);
    }
  }

  /** Forgets a root that the server no longer knows, so that the export is mounted anew. */
  void forget(Branch stale) {
    lock.lock();
    try {
      mounted.values().removeIf(stale::equals);
      publish();
    } finally {
      lock.unlock();
    }
  }
}
