package dev.stoker.io.net;

import dev.stoker.io.asset.IoFailure;
import java.nio.ByteBuffer;

/**
 * Takes the bytes of an answer's body straight out of the socket, past this process' memory
 * (splice(2)). Thread-safe; must not block for longer than it takes to copy what came.
 */
public interface SpliceTarget {
  /** It takes nothing this way, now or later. */
  int USELESS = -1;

  /**
   * Moves what has come, without waiting for more.
   *
   * @param socket its descriptor
   * @param offset where in the body the next byte belongs
   * @return bytes moved; 0 when none are there, or the connection is at its end; or {@link
   *     #USELESS}
   * @throws IoFailure when they were taken and cannot be kept; the connection is out of step then
   */
  int splice(int socket, long offset, int mostBytes);

  /**
   * Takes bytes that were read from the socket all the same.
   *
   * @throws IoFailure when they cannot be kept
   */
  void put(long offset, ByteBuffer data);
}
