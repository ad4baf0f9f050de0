package dev.stoker.io.net;

import java.util.List;

/**
 * Who calls (RFC 5531 §8.2 and appendix A): AUTH_SYS, whose word a server takes for it, or nobody.
 */
public final class RpcCredential {
  /** AUTH_NONE: for calls that are about no file. */
  public static final RpcCredential NONE = new RpcCredential(0, new byte[0]);

  /** AUTH_SYS carries no more groups than that. */
  public static final int MAX_GROUPS = 16;

  private final byte[] encoded;

  private RpcCredential(int flavor, byte[] body) {
    this.encoded = new XdrWriter().putInt(flavor).putOpaque(body).toBytes();
  }

  /**
   * AUTH_SYS.
   *
   * @param machine name of this machine
   * @param groups of which the first sixteen are sent
   */
  public static RpcCredential sys(String machine, int uid, int gid, List<Integer> groups) {
    XdrWriter body = new XdrWriter().putInt(0).putString(machine).putInt(uid).putInt(gid);
    List<Integer> sent = groups.subList(0, Math.min(MAX_GROUPS, groups.size()));
    body.putInt(sent.size());
    sent.forEach(body::putInt);
    return new RpcCredential(1, body.toBytes());
  }

  /** Flavor, length and body. */
  byte[] encoded() {
    return encoded;
  }
}
