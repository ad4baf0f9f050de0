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
import dev.stoker.io.net.SpliceTarget;
import dev.stoker.io.net.XdrReader;
import dev.stoker.io.net.XdrWriter;
import dev.stoker.io.source.Arrivals;
import dev.stoker.io.source.nfs.RangeParts.Part;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One range of one pinned version on its way: as many READs as the servers' sizes make of it, each
 * to the address that has least to do at that moment. Attributes come with each answer and are
 * compared with the pin; where none came, where only ctime moved, and behind the last block of the
 * file, they are asked for before its bytes are handed on. The future ends when all READs have
 * ended, so that nobody touches the buffer any more. Canceling it only asks for that.
 *
 * <p>Answers come on I/O threads, lookups run on virtual threads; {@link RangeParts} says whose
 * turn it is.
 */
final class RangeRead extends CompletableFuture<Void> {
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
  private final Arrivals arrivals;
  private final RangeParts parts;
  private final @Nullable SpliceTarget spliceTarget;

  private volatile @Nullable NfsVolume mounted;
  private volatile AssetPath path = AssetPath.ROOT;
  private volatile boolean stopping;

  /** What the last READ went to: most of the others go there, too. */
  private volatile @Nullable Found found;

  /**
   * The last ctime beside the pin's that a fresh GETATTR showed to keep it; only for who hands on.
   */
  private long harmlessChangedNanos;

  private record Found(NfsHandle root, KnownFiles.Known file) {}

  RangeRead(
      NfsCluster cluster,
      NfsUri tree,
      AssetInfo pinned,
      AssetVersion.FileStamp stamp,
      ByteRange range,
      ByteBuffer into,
      Deadline deadline,
      String doing,
      Arrivals arrivals) {
    this.cluster = cluster;
    this.tree = tree;
    this.pinned = pinned;
    this.stamp = stamp;
    this.range = range;
    this.into = into;
    this.deadline = deadline;
    this.doing = doing;
    this.patience = new Patience(cluster, deadline, doing);
    this.arrivals = arrivals;
    this.spliceTarget = arrivals.spliceTarget();
    this.parts = new RangeParts(range, into);
    this.harmlessChangedNanos = stamp.changedNanos();
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
    parts.first(volume.readBytes()).forEach(this::issue);
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
      KnownFiles.Known known = branch == null ? null : known(branch);
      if (branch == null || known == null || known.fileId() != stamp.fileId()) {
        Thread.ofVirtual().name("stoker-nfs-look-up").start(() -> lookUpAndRead(part));
      } else {
        read(part, branch, known.handle());
      }
    } catch (RuntimeException e) {
      ended(e);
    }
  }

  private KnownFiles.@Nullable Known known(Branch branch) {
    Found last = found;
    if (last != null && last.root.equals(branch.root())) {
      return last.file;
    }
    KnownFiles.Known known = volume().files().get(branch, path());
    found = known == null ? null : new Found(branch.root(), known);
    return known;
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
        throw check().changed(node.attributes());
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
    if (spliceTarget != null) {
      call = call.splicingInto(spliceTarget, part.offset() - range.offset());
    }
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
    found = null;
    if (part.lookedUpAgain) {
      ended(check().changed(null));
      return;
    }
    part.lookedUpAgain = true;
    Thread.ofVirtual().name("stoker-nfs-look-up").start(() -> lookUpAndRead(part));
  }

  private void took(Part part, NfsReply reply) {
    NfsAttributes now = NfsAttributes.readOptional(reply.results());
    reply.results().skip(4); // the count, which the data's length tells too
    boolean atEnd = reply.results().getBoolean();
    if (now != null && !now.hasContentOf(stamp)) {
      ended(check().changed(now));
    } else if (!part.target.hasRemaining()) {
      part.told = now;
      parts.arrived(part);
      if (parts.mayHandOn()) {
        handOn();
      }
    } else if (atEnd || (reply.dataBytes() == 0 && ++part.emptyAnswers > MAX_EMPTY_ANSWERS)) {
      ended(check().changed(now));
    } else {
      issue(part);
    }
  }

  private VersionCheck check() {
    return new VersionCheck(cluster, stamp, deadline, doing, patience);
  }

  /** Only for who {@link RangeParts#mayHandOn}. */
  private void handOn() {
    for (Part part = parts.toHandOn(); part != null; part = parts.toHandOn()) {
      if (!isSureOf(part)) {
        askAbout(part);
        return;
      }
      hand(part);
    }
    endIfDue();
  }

  private boolean isSureOf(Part part) {
    NfsAttributes told = part.told;
    return part.asked
        || (told != null
            && part.end != pinned.lengthBytes()
            && (told.changedNanos() == stamp.changedNanos()
                || told.changedNanos() == harmlessChangedNanos));
  }

  private void askAbout(Part part) {
    var _ =
        check()
            .ask(volume(), path())
            .whenComplete(
                (now, changed) -> {
                  if (changed == null) {
                    part.asked = true;
                    harmlessChangedNanos = now.changedNanos();
                  } else {
                    stop(changed);
                  }
                  handOn();
                });
  }

  private void hand(Part part) {
    try {
      int there = (int) (part.end - range.offset());
      if (spliceTarget != null) {
        arrivals.spliced(there);
      } else {
        arrivals.arrived(there);
      }
    } catch (RuntimeException | Error e) {
      stop(e);
    }
    Part follower = parts.handedOn();
    if (follower != null) {
      issue(follower);
    }
  }

  /** Lets go of what is under way. */
  private void stop(Throwable why) {
    List<Part> all = parts.fail(why);
    stopping = true;
    for (Part part : all) {
      RpcCall call = part.call;
      if (call != null) {
        call.abandon();
      }
    }
  }

  /** A READ has ended without its bytes. */
  private void ended(@Nullable Throwable thrown) {
    if (thrown != null) {
      stop(thrown);
    }
    parts.lost();
    endIfDue();
  }

  private void endIfDue() {
    if (!parts.isOver()) {
      return;
    }
    Throwable failure = parts.failure();
    if (failure != null) {
      completeExceptionally(failure);
      return;
    }
    into.position((int) (into.position() + Math.min(into.remaining(), range.lengthBytes())));
    complete(null);
  }
}
