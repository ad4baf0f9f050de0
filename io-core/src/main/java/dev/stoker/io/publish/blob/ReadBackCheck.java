package dev.stoker.io.publish.blob;

import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.AnswerHead;
import dev.stoker.io.net.HttpAnswer;
import dev.stoker.io.net.RangeCheck;

/** Takes a part of the blob that the request's {@code If-Match} names, and nothing else. */
record ReadBackCheck(BlobUri uri, String identity) implements RangeCheck {
  @Override
  public boolean accepts(AnswerHead head) {
    return head.status() == 206;
  }

  @Override
  public IoFailure refusal(HttpAnswer answer) {
    return answer.status() == 412
        ? new IoFailure.Changed("Cannot compare with " + uri + ": it changed meanwhile.")
        : BlobRefusals.of("read", uri, answer, identity);
  }
}
