package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.RpcCall;
import dev.stoker.io.net.RpcReply;
import dev.stoker.io.net.XdrReader;
import dev.stoker.io.net.XdrWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Asks once more, behind the last byte of a read, whether the file is still the pinned version: by
 * GETATTR at any address, or by name where the handle went stale.
 *
 * <p>Answers come on I/O threads, lookups run on virtual threads. Used once.
 */
final class VersionCheck {
  private static final Duration JUKEBOX_WAIT = Duration.ofMillis(100);

  private final NfsCluster cluster;
  private final AssetVersion.FileStamp stamp;
  private final Deadline deadline;
  private final String doing;
  private final Patience patience;
  private final CompletableFuture<NfsAttributes> answer = new CompletableFuture<>();

  /** Set before the first question. */
  private @Nullable NfsVolume mounted;

  private AssetPath path = AssetPath.ROOT;

  VersionCheck(
      NfsCluster cluster,
      AssetVersion.FileStamp stamp,
      Deadline deadline,
      String doing,
      Patience patience) {
    this.cluster = cluster;
    this.stamp = stamp;
    this.deadline = deadline;
    this.doing = doing;
    this.patience = patience;
  }

  /** Ends with what it is where it is, and with why where it is not or nobody can say. */
  CompletableFuture<NfsAttributes> ask(NfsVolume volume, AssetPath file) {
    mounted = volume;
    path = file;
    askOnce(null);
    return answer;
  }

  /** What is said of a file that is another by now; null where its name leads elsewhere. */
  IoFailure.Changed changed(@Nullable NfsAttributes now) {
    String how =
        now == null
            ? "another file has its name"
            : now.fileId() != stamp.fileId()
                ? "it is another file now"
                : now.lengthBytes() != stamp.lengthBytes()
                    ? "its length is " + now.lengthBytes() + " now"
                    : "it was modified at " + now.modified();
    return new IoFailure.Changed(
        "Cannot " + doing + ": it is no longer the version that was pinned (" + how + ").");
  }

  private NfsVolume volume() {
    NfsVolume volume = mounted;
    if (volume == null) {
      throw new IllegalStateException("Nobody asked.");
    }
    return volume;
  }

  private void askOnce(@Nullable Branch avoid) {
    Branch branch = volume().pick(avoid);
    KnownFiles.Known known = branch == null ? null : volume().files().get(branch, path);
    if (branch == null || known == null || known.fileId() != stamp.fileId()) {
      Thread.ofVirtual().name("stoker-nfs-look-up").start(this::lookUpAtEnd);
      return;
    }
    XdrWriter arguments = new XdrWriter().putOpaque(known.handle().bytes());
    var _ =
        branch
            .peer()
            .submit(RpcCall.of(Nfs3.GETATTR, branch.credential(), arguments, deadline, doing))
            .whenComplete(
                (reply, thrown) -> {
                  try {
                    told(branch, reply, thrown);
                  } catch (XdrReader.BadXdrException e) {
                    answer.completeExceptionally(Branch.corrupt(doing, e));
                  } catch (RuntimeException | Error e) {
                    answer.completeExceptionally(e);
                  }
                });
  }

  private void told(Branch branch, @Nullable RpcReply rpc, @Nullable Throwable thrown) {
    if (rpc == null) {
      IoFailure reason =
          thrown instanceof IoFailure.Unavailable lost ? patience.whyGiveUp(lost) : null;
      if (reason != null) {
        answer.completeExceptionally(reason);
      } else if (thrown instanceof IoFailure.Unavailable) {
        cluster.transport().later(() -> askOnce(branch), Duration.ofMillis(Patience.REST_MILLIS));
      } else {
        answer.completeExceptionally(
            thrown == null ? new IllegalStateException("No reply.") : thrown);
      }
      return;
    }
    NfsReply reply = Branch.read(rpc, doing);
    switch (reply.status()) {
      case NfsStatus.OK -> judge(NfsAttributes.read(reply.results()));
      case NfsStatus.JUKEBOX -> cluster.transport().later(() -> askOnce(null), JUKEBOX_WAIT);
      case NfsStatus.STALE, NfsStatus.BADHANDLE -> {
        volume().files().forget(branch, path);
        Thread.ofVirtual().name("stoker-nfs-look-up").start(this::lookUpAtEnd);
      }
      default -> answer.completeExceptionally(NfsStatus.failure(doing, reply.status()));
    }
  }

  private void lookUpAtEnd() {
    try {
      judge(
          volume()
              .anywhere(
                  deadline,
                  doing,
                  (branch, again) ->
                      new PathWalk(volume(), branch, deadline, doing).find(path, true))
              .attributes());
    } catch (RuntimeException | Error e) {
      answer.completeExceptionally(e);
    }
  }

  private void judge(NfsAttributes now) {
    if (now.hasContentOf(stamp)) {
      answer.complete(now);
    } else {
      answer.completeExceptionally(changed(now));
    }
  }
}
