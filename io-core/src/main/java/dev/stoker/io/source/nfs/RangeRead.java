package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.net.RpcCall;
import dev.stoker.io.net.RpcReply;
import dev.stoker.io.net.XdrReader;
import dev.stoker.io.net.XdrWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One range of one pinned version on its way: as many READs as the servers' sizes make of it, each
 * to the address that has least to do at that moment. Attributes come with each answer and are
 * compared with the pin; where none came, where only ctime moved, and behind the last block of the
 * file, they are asked for. The future ends when all READs have ended, so that nobody touches the
 * buffer any more. Canceling it only asks for that.
 *
 * <p>Answers come on I/O threads, lookups run on virtual threads; {@code this} guards the state.
 */
final class RangeRead extends CompletableFuture<Void> {
  private static final Duration JUKEBOX_FIRST = Duration.ofMillis(100);
  private static final Duration JUKEBOX_MOST = Duration.ofSeconds(5);

  /** Answers without data that say neither end nor error; no server does that twice. */
  private static final int MAX_EMPTY_ANSWERS = 4;

  /** So often another address is asked at once; then everybody gets a rest in between. */
  private static final int MAX_HASTE = 8;

  private final NfsCluster cluster;
  private final NfsUri tree;
  private final AssetInfo pinned;
  private final AssetVersion.FileStamp stamp;
  private final ByteRange range;
  private final ByteBuffer into;
  private final Deadline deadline;
  private final String doing;
  private final Patience patience;
  private final VersionCheck check;
  private final IntConsumer arrived;
  private final int start;

  private volatile @Nullable NfsVolume mounted;
  private volatile AssetPath path = AssetPath.ROOT;
  private volatile boolean stopping;

  // Guarded by this: all below.
  private final List<Part> parts = new ArrayList<>();
  private int unfinished;
  private int wholeFromStart;
  private @Nullable Throwable failure;
  private boolean untold;
  private boolean ctimeMoved;

  /** One READ's share of the range. */
  private static final class Part {
    final ByteBuffer target;
    final long end;
    volatile @Nullable RpcCall call;
    @Nullable Branch lost;
    Duration wait = JUKEBOX_FIRST;
    int emptyAnswers;
    int losses;
    boolean lookedUpAgain;

    /** All of it is there and of the pinned version; guarded by the read. */
    boolean whole;

    Part(ByteBuffer target, long end) {
      this.target = target;
      this.end = end;
    }

    long offset() {
      return end - target.remaining();
    }
  }

  RangeRead(
      NfsCluster cluster,
      NfsUri tree,
      AssetInfo pinned,
      AssetVersion.FileStamp stamp,
      ByteRange range,
      ByteBuffer into,
      Deadline deadline,
      String doing,
      IntConsumer arrived) {
    this.cluster = cluster;
    this.tree = tree;
    this.pinned = pinned;
    this.stamp = stamp;
    this.range = range;
    this.into = into;
    this.deadline = deadline;
    this.doing = doing;
    this.patience = new Patience(cluster, deadline, doing);
    this.check = new VersionCheck(cluster, stamp, deadline, doing, patience);
    this.arrived = arrived;
    this.start = into.position();
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (isDone()) {
      return false;
    }
    stop(new IoFailure.Canceled("Gave up trying to " + doing + ", as was asked for."));
    return true;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }

  /** Finds the export first; blocks. */
  void startUnmounted() {
    try {
      NfsVolume volume = cluster.volumeOf(tree.path(), deadline);
      if (volume.branches().isEmpty()) {
        volume.firstBranch(patience);
      }
      start(volume);
    } catch (RuntimeException | Error e) {
      completeExceptionally(e);
    }
  }

  void start(NfsVolume volume) {
    mounted = volume;
    path = tree.path().resolve(pinned.path()).relativeTo(volume.export());
    int most = volume.readBytes();
    List<Part> all = new ArrayList<>();
    int length = Math.toIntExact(range.lengthBytes());
    for (int at = 0; at < length; at += most) {
      int count = Math.min(most, length - at);
      all.add(new Part(into.slice(start + at, count), range.offset() + at + count));
    }
    synchronized (this) {
      parts.addAll(all);
      unfinished = all.size();
    }
    all.forEach(this::issue);
  }

  private NfsVolume volume() {
    NfsVolume volume = mounted;
    if (volume == null) {
      throw new IllegalStateException("Not started.");
    }
    return volume;
  }

  private AssetPath path() {
    return path;
  }

  private void issue(Part part) {
    try {
      if (stopping) {
        ended(null);
        return;
      }
      Branch branch = volume().pick(part.lost);
      KnownFiles.Known known = branch == null ? null : volume().files().get(branch, path());
      if (branch == null || known == null || known.fileId() != stamp.fileId()) {
        Thread.ofVirtual().name("stoker-nfs-look-up").start(() -> lookUpAndRead(part));
      } else {
        read(part, branch, known.handle());
      }
    } catch (RuntimeException e) {
      ended(e);
    }
  }

  /** On a virtual thread. */
  private void lookUpAndRead(Part part) {
    try {
      NfsNode node =
          volume()
              .anywhere(
                  deadline,
                  doing,
                  (branch, again) ->
                      new PathWalk(volume(), branch, deadline, doing).find(path(), true));
      if (!node.attributes().hasContentOf(stamp)) {
        throw check.changed(node.attributes());
      }
      read(part, node.branch(), node.handle());
    } catch (RuntimeException | Error e) {
      ended(e);
    }
  }

  private void read(Part part, Branch branch, NfsHandle handle) {
    XdrWriter arguments =
        new XdrWriter()
            .putOpaque(handle.bytes())
            .putLong(part.offset())
            .putInt(part.target.remaining());
    RpcCall call =
        RpcCall.of(Nfs3.READ, branch.credential(), arguments, deadline, doing)
            .withTarget(part.target, Nfs3::bytesBeforeReadData);
    part.call = call;
    if (stopping) {
      call.abandon();
    }
    var _ =
        branch
            .peer()
            .submit(call)
            .whenComplete(
                (reply, thrown) -> {
                  try {
                    if (thrown == null) {
                      answered(part, branch, reply);
                    } else {
                      unanswered(part, branch, thrown);
                    }
                  } catch (XdrReader.BadXdrException e) {
                    ended(Branch.corrupt(doing, e));
                  } catch (RuntimeException | Error e) {
                    ended(e);
                  }
                });
  }

  private void unanswered(Part part, Branch branch, Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (!(cause instanceof IoFailure.Unavailable lost) || stopping) {
      ended(cause);
      return;
    }
    IoFailure reason = patience.whyGiveUp(lost);
    if (reason != null) {
      ended(reason);
      return;
    }
    part.lost = branch;
    Branch other = volume().pick(branch);
    if (++part.losses < MAX_HASTE
        && other != null
        && other.peer() != branch.peer()
        && other.peer().isAlive()) {
      issue(part);
    } else {
      cluster.transport().later(() -> issue(part), Duration.ofMillis(Patience.REST_MILLIS));
    }
  }

  private void answered(Part part, Branch branch, RpcReply rpc) {
    NfsReply reply = Branch.read(rpc, doing);
    switch (reply.status()) {
      case NfsStatus.OK -> took(part, reply);
      case NfsStatus.JUKEBOX -> {
        Duration wait = part.wait;
        part.wait =
            wait.multipliedBy(2).compareTo(JUKEBOX_MOST) < 0 ? wait.multipliedBy(2) : JUKEBOX_MOST;
        if (deadline.remainingNanos() < wait.toNanos()) {
          ended(NfsStatus.failure(doing, NfsStatus.JUKEBOX));
        } else {
          cluster.transport().later(() -> issue(part), wait);
        }
      }
      case NfsStatus.STALE, NfsStatus.BADHANDLE -> stale(part, branch);
      default -> ended(NfsStatus.failure(doing, reply.status()));
    }
  }

  /** Looked up again, once: a server may have made its handles anew. */
  private void stale(Part part, Branch branch) {
    volume().files().forget(branch, path());
    if (part.lookedUpAgain) {
      ended(check.changed(null));
      return;
    }
    part.lookedUpAgain = true;
    Thread.ofVirtual().name("stoker-nfs-look-up").start(() -> lookUpAndRead(part));
  }

  private void took(Part part, NfsReply reply) {
    NfsAttributes now = NfsAttributes.readOptional(reply.results());
    reply.results().skip(4); // the count, which the data's length tells too
    boolean atEnd = reply.results().getBoolean();
    if (now == null) {
      synchronized (this) {
        untold = true;
      }
    } else if (!now.hasContentOf(stamp)) {
      ended(check.changed(now));
      return;
    } else if (now.changedNanos() != stamp.changedNanos()) {
      synchronized (this) {
        ctimeMoved = true;
      }
    }
    if (!part.target.hasRemaining()) {
      tellArrived(part);
      ended(null);
    } else if (atEnd || (reply.dataBytes() == 0 && ++part.emptyAnswers > MAX_EMPTY_ANSWERS)) {
      ended(check.changed(now));
    } else {
      issue(part);
    }
  }

  /** Tells how much is there from the start, unless only the end will tell whether it is right. */
  private void tellArrived(Part part) {
    int bytes;
    synchronized (this) {
      part.whole = true;
      while (wholeFromStart < parts.size() && parts.get(wholeFromStart).whole) {
        wholeFromStart++;
      }
      if (untold || ctimeMoved || failure != null || wholeFromStart == 0) {
        return;
      }
      bytes = (int) (parts.get(wholeFromStart - 1).end - range.offset());
    }
    arrived.accept(bytes);
  }

  /** Lets go of what is under way. */
  private void stop(Throwable why) {
    List<Part> all;
    synchronized (this) {
      if (failure == null) {
        failure = why;
      }
      all = List.copyOf(parts);
    }
    stopping = true;
    for (Part part : all) {
      RpcCall call = part.call;
      if (call != null) {
        call.abandon();
      }
    }
  }

  private void ended(@Nullable Throwable thrown) {
    if (thrown != null) {
      stop(thrown);
    }
    Throwable end;
    boolean ask;
    synchronized (this) {
      if (--unfinished > 0) {
        return;
      }
      end = failure;
      ask = untold || ctimeMoved || range.end() == pinned.lengthBytes();
    }
    if (end != null) {
      completeExceptionally(end);
    } else if (ask) {
      var _ =
          check
              .ask(volume(), path())
              .whenComplete(
                  (nothing, changed) -> {
                    if (changed == null) {
                      succeed();
                    } else {
                      completeExceptionally(changed);
                    }
                  });
    } else {
      succeed();
    }
  }

  private void succeed() {
    into.position(start + (int) range.lengthBytes());
    complete(null);
  }
}
