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

  /** What an answer that was not accepted means. */
  IoFailure refusal(HttpAnswer answer);
}
