package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.RpcCall;
import dev.stoker.io.net.RpcCredential;
import dev.stoker.io.net.RpcPeer;
import dev.stoker.io.net.RpcProcedure;
import dev.stoker.io.net.RpcReply;
import dev.stoker.io.net.XdrReader;
import dev.stoker.io.net.XdrWriter;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * One export as one address serves it. Branches with equal roots share all file handles; the root
 * therefore names their handle space.
 *
 * @param peer the NFS service at that address
 * @param root handle of the export's top folder there
 * @param sizes what it takes and gives at a time
 * @param credential as whom we call
 */
record Branch(RpcPeer peer, NfsHandle root, TransferSizes sizes, RpcCredential credential) {
  private static final long JUKEBOX_FIRST_MILLIS = 100;
  private static final long JUKEBOX_MOST_MILLIS = 5_000;

  /** Host and port, for messages. */
  String name() {
    return peer.name();
  }

  /**
   * Calls and waits, also while the server says that it is fetching the file from a slower place.
   * For virtual threads; never on an I/O thread.
   *
   * @throws AddressLost when this address does not answer
   * @throws IoFailure when the deadline passes or the server refuses the call
   */
  NfsReply call(RpcProcedure procedure, XdrWriter arguments, Deadline deadline, String doing) {
    return call(RpcCall.of(procedure, credential, arguments, deadline, doing), deadline);
  }

  /** The same for a call that is more than arguments. */
  NfsReply call(RpcCall call, Deadline deadline) {
    for (long wait = JUKEBOX_FIRST_MILLIS; ; wait = Math.min(wait * 2, JUKEBOX_MOST_MILLIS)) {
      NfsReply reply = read(await(call), call.doing());
      if (reply.status() != NfsStatus.JUKEBOX || deadline.remainingMillis() <= wait) {
        return reply;
      }
      sleep(wait, call.doing());
    }
  }

  private RpcReply await(RpcCall call) {
    try {
      return peer.submit(call).join();
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

  /** Takes a reply apart, up to its status. */
  static NfsReply read(RpcReply reply, String doing) {
    if (reply.unknownProcedure()) {
      return new NfsReply(NfsStatus.NOTSUPP, new XdrReader(new byte[0]), 0);
    }
    try {
      int status = reply.results().getInt();
      return new NfsReply(status, reply.results(), reply.dataBytes());
    } catch (XdrReader.BadXdrException e) {
      throw corrupt(doing, e);
    }
  }

  static IoFailure.Corrupt corrupt(String doing, XdrReader.BadXdrException why) {
    return new IoFailure.Corrupt(
        "Cannot " + doing + ": the reply cannot be used, because " + why.getMessage() + ".");
  }

  static void sleep(long millis, String doing) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Stopped trying to " + doing + ", as was asked for.");
    }
  }
}
