package dev.stoker.io.net;

import dev.stoker.io.asset.IoFailure;

/** What a server says of a call before it says anything of its results (RFC 5531 §9). */
final class RpcAnswer {
  private static final int SUCCESS = 0;
  private static final int PROC_UNAVAIL = 3;
  private static final int SYSTEM_ERR = 5;

  private RpcAnswer() {}

  /**
   * Reads a reply message.
   *
   * @throws IoFailure when the server refused the call
   * @throws XdrReader.BadXdrException when it is no reply
   */
  static RpcReply read(RpcCall call, String server, byte[] message, int dataBytes) {
    XdrReader in = new XdrReader(message);
    in.skip(4);
    if (in.getInt() != 1) {
      throw new XdrReader.BadXdrException("it is no reply");
    }
    if (in.getInt() != 0) {
      throw denied(call, server, in);
    }
    in.skip(4);
    in.getOpaque(400);
    int status = in.getInt();
    return switch (status) {
      case SUCCESS -> new RpcReply(in, dataBytes, false);
      case PROC_UNAVAIL -> new RpcReply(in, 0, true);
      case SYSTEM_ERR ->
          throw new IoFailure.Unavailable(cannot(call, server) + "it is out of resources.", null);
      default ->
          throw new IoFailure.Invalid(
              cannot(call, server)
                  + (status == 1 || status == 2
                      ? "it does not serve version "
                          + call.procedure.version()
                          + " of program "
                          + call.procedure.program()
                          + " on that port; for NFS, switch version 3 on."
                      : "it does not understand " + call.procedure.name() + "."));
    };
  }

  private static IoFailure denied(RpcCall call, String server, XdrReader in) {
    if (in.getInt() != 1) {
      return new IoFailure.Invalid(cannot(call, server) + "it speaks no version 2 of RPC.");
    }
    int why = in.getInt();
    return new IoFailure.Denied(
        cannot(call, server)
            + (why == 5
                ? "it wants a stronger credential than AUTH_SYS; allow sec=sys for this export."
                : "it refuses the credential ("
                    + why
                    + "); check uid, gid and its export options."));
  }

  private static String cannot(RpcCall call, String server) {
    return "Cannot " + call.doing + ": the server " + server + " answered, but ";
  }
}
