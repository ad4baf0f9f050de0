package dev.stoker.io.net;

import dev.stoker.io.asset.IoFailure;

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
   * So many bytes of an accepted body are in the caller's buffer, from its start, and stay as they
   * are. Told in rising order, now and then.
   */
  default void arrived(int bytes) {}

  /** What an answer that was not accepted means. */
  IoFailure refusal(HttpAnswer answer);
}
