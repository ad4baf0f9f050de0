package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.IoFailure;

/** What servers answer in place of results (nfsstat3, RFC 1813 §2.6), and what that means. */
final class NfsStatus {
  static final int OK = 0;
  static final int PERM = 1;
  static final int NOENT = 2;
  static final int IO = 5;
  static final int ACCES = 13;
  static final int EXIST = 17;
  static final int XDEV = 18;
  static final int NOTDIR = 20;
  static final int ISDIR = 21;
  static final int INVAL = 22;
  static final int FBIG = 27;
  static final int NOSPC = 28;
  static final int ROFS = 30;
  static final int MLINK = 31;
  static final int NAMETOOLONG = 63;
  static final int NOTEMPTY = 66;
  static final int DQUOT = 69;
  static final int STALE = 70;
  static final int BADHANDLE = 10001;
  static final int BAD_COOKIE = 10003;
  static final int NOTSUPP = 10004;
  static final int SERVERFAULT = 10006;
  static final int JUKEBOX = 10008;

  private NfsStatus() {}

  /**
   * @param doing verb phrase with its object, which names the server
   */
  static IoFailure failure(String doing, int status) {
    String cannot = "Cannot " + doing + ": ";
    return switch (status) {
      case NOENT -> new IoFailure.NotFound(cannot + "there is no such file or folder.");
      case NOTDIR -> new IoFailure.NotFound(cannot + "what its path leads through is no folder.");
      case ISDIR -> new IoFailure.NotFound(cannot + "it is a folder.");
      case STALE, BADHANDLE ->
          new IoFailure.NotFound(
              cannot + "the server no longer knows the file (stale handle); it was removed.");
      case PERM, ACCES ->
          new IoFailure.Denied(
              cannot + "permission denied; check its mode, this uid and the export's options.");
      case ROFS -> new IoFailure.Denied(cannot + "the server exports it read-only.");
      case NOSPC -> new IoFailure.Disk(cannot + "the server's disk is full.", null);
      case DQUOT -> new IoFailure.Disk(cannot + "the quota there is used up.", null);
      case FBIG -> new IoFailure.Disk(cannot + "the server takes no file of that size.", null);
      case NAMETOOLONG -> new IoFailure.Invalid(cannot + "its name is too long for the server.");
      case IO -> new IoFailure.Unavailable(cannot + "the server has an I/O error.", null);
      case SERVERFAULT -> new IoFailure.Unavailable(cannot + "the server has a fault.", null);
      case JUKEBOX ->
          new IoFailure.TimedOut(
              cannot + "the server kept saying that it is fetching the file (JUKEBOX).");
      default -> new IoFailure.Invalid(cannot + "the server answered NFS error " + status + ".");
    };
  }
}
