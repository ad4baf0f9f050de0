package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.net.RpcCredential;
import dev.stoker.io.net.RpcPeer;
import dev.stoker.io.net.RpcTransport;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One server, or the servers of one cluster: which addresses there are, and the connections to
 * each. Names are looked up again now and then, addresses that died are tried again every second;
 * both only while somebody uses them, for nothing here has a clock of its own.
 *
 * <p>Thread-safe.
 */
final class NfsCluster {
  private static final long UPKEEP_NANOS = 1_000_000_000;

  /** What a connection carries over a usual network; four fill 10 Gbit/s. */
  private static final int USUAL_CONNECTIONS = 4;

  /** Several addresses have a connection or two each. */
  private static final int USUAL_CONNECTIONS_EACH = 2;

  private final RpcTransport transport;
  private final NfsOptions options;
  private final NfsServers.SendLimit limit;
  private final NfsUri uri;
  private final RpcCredential credential;
  private final Mounting mounting;
  private final Map<AssetPath, NfsVolume> volumesByTree = new ConcurrentHashMap<>();
  private final Map<AssetPath, NfsVolume> volumesByExport = new ConcurrentHashMap<>();
  private final AtomicBoolean upkeepRuns = new AtomicBoolean();
  private volatile long upkeepDoneNanos = System.nanoTime() - UPKEEP_NANOS;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock: all below.
  private final Map<InetAddress, RpcPeer> peers = new HashMap<>();
  private List<InetAddress> addresses = List.of();
  private long resolvedNanos;

  NfsCluster(RpcTransport transport, NfsOptions options, NfsServers.SendLimit limit, NfsUri uri) {
    this.transport = transport;
    this.options = options;
    this.limit = limit;
    this.uri = uri;
    this.credential = Caller.of(uri.options());
    this.mounting = new Mounting(transport, credential, uri.options());
  }

  RpcTransport transport() {
    return transport;
  }

  NfsOptions options() {
    return options;
  }

  /** Waits until so many bytes may be sent. */
  void awaitSending(long bytes, String what, Deadline deadline) {
    limit.await(uri.origin(), bytes, what, deadline);
  }

  RpcCredential credential() {
    return credential;
  }

  Mounting mounting() {
    return mounting;
  }

  /** As a person named it, for messages. */
  String name() {
    return uri.origin();
  }

  /** Whether all addresses are used at once, and not one of them. */
  boolean usesAll() {
    return uri.scheme().equals("avere");
  }

  /** The volume that holds {@code tree}, if that is known already. */
  @Nullable NfsVolume knownVolume(AssetPath tree) {
    return volumesByTree.get(tree);
  }

  /** The volume that holds {@code tree}: finds its export. Blocks. */
  NfsVolume volumeOf(AssetPath tree, Deadline deadline) {
    NfsVolume known = volumesByTree.get(tree);
    if (known != null) {
      return known;
    }
    Patience patience = new Patience(this, deadline, "find the export of /" + tree);
    while (true) {
      IoFailure.Unavailable last = null;
      for (InetAddress address : addresses()) {
        try {
          AssetPath export = mounting.exportOf(tree, address, patience.deadlineOfOneTry());
          NfsVolume volume =
              volumesByExport.computeIfAbsent(export, path -> new NfsVolume(this, path));
          volumesByTree.put(tree, volume);
          return volume;
        } catch (AddressLost lost) {
          last = lost.failure();
        } catch (IoFailure.TimedOut late) {
          last = new IoFailure.Unavailable(String.valueOf(late.getMessage()), late);
        }
      }
      patience.rest(last);
    }
  }

  /** Every address, looked up again when that was long ago. Blocks. */
  List<InetAddress> addresses() {
    lock.lock();
    try {
      long now = System.nanoTime();
      if (!addresses.isEmpty() && now - resolvedNanos < options.resolveAgainAfter().toNanos()) {
        return addresses;
      }
    } finally {
      lock.unlock();
    }
    return resolve();
  }

  private List<InetAddress> resolve() {
    List<InetAddress> found;
    IoFailure.Unavailable unknown = null;
    try {
      found = options.resolver().resolve(uri.authority());
    } catch (IoFailure.Unavailable e) {
      found = List.of();
      unknown = e;
    }
    lock.lock();
    try {
      resolvedNanos = System.nanoTime();
      if (!found.isEmpty()) {
        addresses = found;
      } else if (addresses.isEmpty() && unknown != null) {
        throw unknown;
      }
      return addresses;
    } finally {
      lock.unlock();
    }
  }

  /** The NFS service at {@code address}; the first time, its port is found out. Blocks. */
  RpcPeer peer(InetAddress address, Deadline deadline) {
    lock.lock();
    try {
      RpcPeer known = peers.get(address);
      if (known != null) {
        return known;
      }
    } finally {
      lock.unlock();
    }
    var service = mounting.nfsService(address, deadline);
    boolean alone = !usesAll() || addresses().size() == 1;
    int wanted = uri.options().connections();
    int usual = alone ? USUAL_CONNECTIONS : USUAL_CONNECTIONS_EACH;
    Duration quiet = alone ? options.reconnectAfter() : options.switchAfter();
    lock.lock();
    try {
      return peers.computeIfAbsent(
          address,
          a ->
              transport.open(
                  service,
                  Nfs3.NULL,
                  wanted == 0 ? usual : wanted,
                  quiet,
                  options.answerTimeout().multipliedBy(2)));
    } finally {
      lock.unlock();
    }
  }

  /** When any address last said anything, on {@link System#nanoTime()}'s clock. */
  long heardNanos() {
    lock.lock();
    try {
      long last = System.nanoTime() - Duration.ofDays(1).toNanos();
      for (RpcPeer peer : peers.values()) {
        last = peer.heardNanos() - last > 0 ? peer.heardNanos() : last;
      }
      return last;
    } finally {
      lock.unlock();
    }
  }

  /** Starts looking after names, mounts and dead addresses, if that is due. Does not block. */
  void upkeepIfDue() {
    if (System.nanoTime() - upkeepDoneNanos < UPKEEP_NANOS
        || !upkeepRuns.compareAndSet(false, true)) {
      return;
    }
    Thread.ofVirtual()
        .name("stoker-nfs-upkeep")
        .start(
            () -> {
              try {
                upkeep();
              } catch (IoFailure | AddressLost e) {
                // Tried again in a second.
              } finally {
                upkeepDoneNanos = System.nanoTime();
                upkeepRuns.set(false);
              }
            });
  }

  private void upkeep() {
    List<InetAddress> now = addresses();
    volumesByExport.values().forEach(volume -> volume.keepUp(now));
    if (!usesAll()) {
      return;
    }
    lock.lock();
    try {
      peers
          .entrySet()
          .removeIf(
              entry -> {
                boolean gone = !now.contains(entry.getKey());
                if (gone) {
                  transport.close(entry.getValue());
                }
                return gone;
              });
    } finally {
      lock.unlock();
    }
  }
}
