package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.RpcCall;
import dev.stoker.io.net.RpcReply;
import dev.stoker.io.net.XdrReader;
import dev.stoker.io.net.XdrWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one new file: UNSTABLE writes, several in flight, then COMMIT, all to one address. A
 * server that restarted meanwhile may have lost what it had not committed, and says so by another
 * verifier: then everything is sent again. So it is, to another address, when the one that had it
 * no longer answers.
 *
 * <p>The file is made with an exclusive CREATE, which a server recognises when it is repeated.
 */
final class FileWrite {
  private static final int WRITES_IN_FLIGHT = 8;

  /** A server that restarts that often while one file is written is broken. */
  private static final int MAX_RESENDS = 8;

  private static final int EXCLUSIVE = 2;
  private static final int SET_TO_CLIENT_TIME = 2;

  private final NfsTree tree;
  private final AssetPath path;
  private final NfsTree.Content content;
  private final @Nullable Instant modified;
  private final LongConsumer sent;
  private final Deadline deadline;
  private final String doing;
  private final byte[] createVerifier =
      new XdrWriter().putLong(ThreadLocalRandom.current().nextLong()).toBytes();
  private long toldBytes;

  /** That of the last WRITE that was answered. */
  private byte @Nullable [] verifier;

  /** Of the file that we made, 0 until we know. */
  private long createdFileId;

  FileWrite(
      NfsTree tree,
      AssetPath path,
      NfsTree.Content content,
      @Nullable Instant modified,
      LongConsumer sent) {
    this.tree = tree;
    this.path = path;
    this.content = content;
    this.modified = modified;
    this.sent = sent;
    this.deadline = tree.deadline();
    this.doing = "write " + tree.show(path);
  }

  /** One WRITE on its way. */
  private record Flight(CompletableFuture<RpcReply> future, ByteBuffer buffer, long offset) {}

  void run() throws IOException {
    try (Arena arena = Arena.ofShared()) {
      Deque<ByteBuffer> buffers = new ArrayDeque<>();
      int status =
          tree.volume()
              .anywhere(
                  deadline,
                  doing,
                  (branch, again) -> {
                    int each = Math.clamp(content.lengthBytes(), 1, branch.sizes().writeBytes());
                    while (buffers.size() < WRITES_IN_FLIGHT
                        && (long) buffers.size() * each < content.lengthBytes()) {
                      buffers.add(arena.allocate(each, 4096).asByteBuffer());
                    }
                    try {
                      return writeAt(branch, new ArrayDeque<>(buffers));
                    } catch (Refused e) {
                      return e.status;
                    }
                  });
      if (status == NfsStatus.STALE) {
        throw new FileSystemException(tree.show(path), null, "it was removed while it was written");
      }
      tree.throwUnlessOk(status, doing, path);
    } catch (XdrReader.BadXdrException e) {
      throw Branch.corrupt(doing, e);
    }
  }

  /** All of it at one address. */
  private int writeAt(Branch branch, Deque<ByteBuffer> buffers) {
    NfsReply created;
    try {
      created =
          branch.call(
              Nfs3.CREATE,
              tree.nameOf(branch, path, doing).putInt(EXCLUSIVE).putFixed(createVerifier),
              deadline,
              doing);
    } catch (IoFailure.NotFound folderGone) {
      return NfsStatus.NOENT;
    }
    NfsHandle handle;
    if (created.ok()) {
      handle = handleOf(branch, created.results());
    } else if (created.status() == NfsStatus.EXIST && createdFileId != 0) {
      // Servers keep the mark of an exclusive CREATE in the file's times, which a WRITE changes.
      NfsNode found = lookedUp(branch);
      if (found.attributes().fileId() != createdFileId) {
        return NfsStatus.EXIST;
      }
      handle = found.handle();
    } else {
      return created.status();
    }
    for (int i = 0; i < MAX_RESENDS; i++) {
      byte[] agreed = send(branch, handle, buffers);
      if (agreed != null && commit(branch, handle, agreed)) {
        return setAttributes(branch, handle);
      }
    }
    throw new IoFailure.Unavailable(
        "Cannot "
            + doing
            + ": the server "
            + branch.name()
            + " loses what it was sent before it is on its disk; it seems to restart again and again.",
        null);
  }

  private NfsHandle handleOf(Branch branch, XdrReader in) {
    NfsHandle handle = in.getBoolean() ? new NfsHandle(in.getOpaque(NfsHandle.MAX_BYTES)) : null;
    NfsAttributes attributes = NfsAttributes.readOptional(in);
    if (handle == null || attributes == null) {
      NfsNode found = lookedUp(branch);
      handle = found.handle();
      attributes = found.attributes();
    }
    createdFileId = attributes.fileId();
    return handle;
  }

  private NfsNode lookedUp(Branch branch) {
    return new PathWalk(tree.volume(), branch, deadline, doing).distrustful().find(path, false);
  }

  /** Sends every byte; the verifier that all answers had, or null when they had several. */
  private byte @Nullable [] send(Branch branch, NfsHandle handle, Deque<ByteBuffer> free) {
    Deque<Flight> flights = new ArrayDeque<>();
    verifier = null;
    boolean same = true;
    try {
      long at = 0;
      while (at < content.lengthBytes() || !flights.isEmpty()) {
        if (at < content.lengthBytes() && !free.isEmpty()) {
          ByteBuffer buffer = free.remove();
          buffer.clear().limit((int) Math.min(buffer.capacity(), content.lengthBytes() - at));
          tree.volume().cluster().awaitSending(buffer.remaining(), tree.show(path), deadline);
          content.read(buffer, at);
          flights.add(fly(branch, handle, buffer.flip(), at));
          at += buffer.limit();
          continue;
        }
        Flight oldest = flights.remove();
        same &= land(branch, handle, oldest);
        free.add(oldest.buffer);
      }
    } finally {
      settle(flights);
    }
    if (content.lengthBytes() == 0) {
      return new byte[0];
    }
    return same ? verifier : null;
  }

  private Flight fly(Branch branch, NfsHandle handle, ByteBuffer data, long offset) {
    XdrWriter arguments =
        new XdrWriter()
            .putOpaque(handle.bytes())
            .putLong(offset)
            .putInt(data.remaining())
            .putInt(Nfs3.UNSTABLE);
    RpcCall call =
        RpcCall.of(Nfs3.WRITE, branch.credential(), arguments, deadline, doing).withPayload(data);
    return new Flight(branch.peer().submit(call), data, offset);
  }

  /**
   * Waits for one WRITE, and repeats what the server did not take.
   *
   * @return whether its verifier is that of the others
   */
  private boolean land(Branch branch, NfsHandle handle, Flight flight) {
    boolean same = true;
    Flight now = flight;
    for (long wait = 100; ; ) {
      NfsReply reply = Branch.read(await(now.future), doing);
      if (reply.status() == NfsStatus.JUKEBOX && deadline.remainingMillis() > wait) {
        Branch.sleep(wait, doing);
        wait = Math.min(5_000, wait * 2);
        now = fly(branch, handle, now.buffer, now.offset);
        continue;
      }
      if (!reply.ok()) {
        throw new Refused(reply.status());
      }
      NfsAttributes.readAfterChange(reply.results());
      int count = reply.results().getInt();
      reply.results().skip(4); // how stable it is; COMMIT asks for all of it
      byte[] told = reply.results().getFixed(8);
      same &= verifier == null || Arrays.equals(verifier, told);
      verifier = told;
      int asked = now.buffer.remaining();
      if (count <= 0 || count > asked) {
        throw new IoFailure.Corrupt(
            "Cannot " + doing + ": the server took " + count + " of " + asked + " bytes.");
      }
      tell(now.offset + count);
      if (count == asked) {
        return same;
      }
      ByteBuffer rest = now.buffer.slice(now.buffer.position() + count, asked - count);
      now = fly(branch, handle, rest, now.offset + count);
    }
  }

  private void tell(long end) {
    if (end > toldBytes) {
      sent.accept(end - toldBytes);
      toldBytes = end;
    }
  }

  private static RpcReply await(CompletableFuture<RpcReply> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IoFailure.Unavailable lost) {
        throw new AddressLost(lost);
      }
      if (e.getCause() instanceof IoFailure failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** Buffers are the calls' until these end, and their memory goes when we return. */
  private static void settle(Deque<Flight> flights) {
    for (Flight flight : flights) {
      try {
        flight.future.join();
      } catch (CompletionException e) {
        // What failed first is being told.
      }
    }
  }

  /** False when the server lost some of it. */
  private boolean commit(Branch branch, NfsHandle handle, byte[] agreed) {
    if (agreed.length == 0) {
      return true;
    }
    XdrWriter arguments = new XdrWriter().putOpaque(handle.bytes()).putLong(0).putInt(0);
    NfsReply reply = branch.call(Nfs3.COMMIT, arguments, deadline, doing);
    if (!reply.ok()) {
      throw new Refused(reply.status());
    }
    NfsAttributes.readAfterChange(reply.results());
    return Arrays.equals(agreed, reply.results().getFixed(8));
  }

  /**
   * The mode, which an exclusive CREATE leaves open, and the mtime, where the server hid its mark.
   */
  private int setAttributes(Branch branch, NfsHandle handle) {
    XdrWriter arguments =
        new XdrWriter()
            .putOpaque(handle.bytes())
            .putInt(1)
            .putInt(0666 & ~Umask.MASK)
            .putLong(0) // uid, gid
            .putInt(0) // size
            .putInt(1); // atime: the server's
    Instant time = modified;
    if (time == null) {
      arguments.putInt(1);
    } else {
      arguments
          .putInt(SET_TO_CLIENT_TIME)
          .putInt((int) time.getEpochSecond())
          .putInt(time.getNano());
    }
    return branch.call(Nfs3.SETATTR, arguments.putInt(0), deadline, doing).status();
  }

  /** The server refused a WRITE or COMMIT. */
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    Refused(int status) {
      super(null, null, false, false);
      this.status = status;
    }
  }
}
