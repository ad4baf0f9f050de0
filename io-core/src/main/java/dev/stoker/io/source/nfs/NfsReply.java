package dev.stoker.io.source.nfs;

import dev.stoker.io.net.XdrReader;

/**
 * The answer to one procedure.
 *
 * @param status {@link NfsStatus}
 * @param results what stands behind the status
 * @param dataBytes how many bytes went to the caller's buffer
 */
record NfsReply(int status, XdrReader results, int dataBytes) {
  boolean ok() {
    return status == NfsStatus.OK;
  }

  /** The results of a success. */
  XdrReader orThrow(String doing) {
    if (status != NfsStatus.OK) {
      throw NfsStatus.failure(doing, status);
    }
    return results;
  }
}
