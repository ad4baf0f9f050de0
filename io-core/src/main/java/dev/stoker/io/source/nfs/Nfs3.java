package dev.stoker.io.source.nfs;

import dev.stoker.io.net.BulkReply;
import dev.stoker.io.net.RpcProcedure;
import dev.stoker.io.net.XdrReader;

/** The procedures that we call, and the numbers that go with them (RFC 1813, 1833). */
final class Nfs3 {
  private static final int NFS = 100_003;
  private static final int MOUNT = 100_005;

  static final RpcProcedure NULL = nfs(0, "NULL");
  static final RpcProcedure GETATTR = nfs(1, "GETATTR");
  static final RpcProcedure SETATTR = nfs(2, "SETATTR");
  static final RpcProcedure LOOKUP = nfs(3, "LOOKUP");
  static final RpcProcedure READLINK = nfs(5, "READLINK");
  static final RpcProcedure READ = nfs(6, "READ");
  static final RpcProcedure WRITE = nfs(7, "WRITE");
  static final RpcProcedure CREATE = nfs(8, "CREATE");
  static final RpcProcedure MKDIR = nfs(9, "MKDIR");
  static final RpcProcedure REMOVE = nfs(12, "REMOVE");
  static final RpcProcedure RMDIR = nfs(13, "RMDIR");
  static final RpcProcedure RENAME = nfs(14, "RENAME");
  static final RpcProcedure LINK = nfs(15, "LINK");
  static final RpcProcedure READDIR = nfs(16, "READDIR");
  static final RpcProcedure READDIRPLUS = nfs(17, "READDIRPLUS");
  static final RpcProcedure FSINFO = nfs(19, "FSINFO");
  static final RpcProcedure COMMIT = nfs(21, "COMMIT");

  static final RpcProcedure MNT = new RpcProcedure(MOUNT, 3, 1, "MNT");
  static final RpcProcedure EXPORT = new RpcProcedure(MOUNT, 3, 5, "EXPORT");
  static final RpcProcedure GETPORT = new RpcProcedure(100_000, 2, 3, "GETPORT");

  /** Where the portmapper listens (RFC 1833 §3.2). */
  static final int PORTMAPPER_PORT = 111;

  static final int TCP = 6;

  /** stable_how. */
  static final int UNSTABLE = 0;

  private Nfs3() {}

  private static RpcProcedure nfs(int number, String name) {
    return new RpcProcedure(NFS, 3, number, name);
  }

  /**
   * How far the data of a READ's results are from their beginning: status, attributes if they came,
   * count, end of file, and the data's length.
   */
  static int bytesBeforeReadData(byte[] reply, int start, int have) {
    if (have < 8) {
      return 8;
    }
    XdrReader in = new XdrReader(reply, start, start + 8);
    if (in.getInt() != NfsStatus.OK) {
      return BulkReply.NO_DATA;
    }
    return 8 + (in.getBoolean() ? NfsAttributes.BYTES : 0) + 12;
  }
}
