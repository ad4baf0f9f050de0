package dev.stoker.io.net;

import dev.stoker.io.asset.IoFailure;
import org.jspecify.annotations.Nullable;

/**
 * Judges the answer to a range request before its first byte reaches the caller's buffer. Called on
 * an I/O thread; must not block.
 */
public interface RangeCheck {

  /**
   * Whether the body is the bytes that were asked for. The transport itself checks that there are
   * exactly as many as the buffer takes.
   *
   * @throws IoFailure when the answer claims success but holds something else; the connection is
   *     dropped
   */
  boolean accepts(AnswerHead head);

  /**
   * How long the body must be. Where that is more than the buffer takes, the buffer is filled again
   * from its start each time {@link #arrived} was told that it is full: whoever is told takes the
   * bytes out meanwhile.
   *
   * @param bufferBytes what the buffer takes
   */
  default int wantedBytes(int bufferBytes) {
    return bufferBytes;
  }

  /**
   * So many bytes of an accepted body have come into the caller's buffer, and stay as they are
   * while it is not full. Told in rising order, now and then, and when it is full.
   */
  default void arrived(int bytes) {}

  /**
   * Where the bytes of an accepted body may go straight from a plain socket, if anywhere. What then
   * comes into the buffer all the same is told to {@link #arrived} at once, and the next bytes come
   * into its start again. Asked once.
   */
  default @Nullable SpliceTarget spliceTarget() {
    return null;
  }

  /** So many bytes of the body have come, the last of them into the splice target. */
  default void spliced(int bytes) {}

  /** What an answer that was not accepted means. */
  IoFailure refusal(HttpAnswer answer);
}
