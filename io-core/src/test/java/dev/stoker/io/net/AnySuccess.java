package dev.stoker.io.net;

import dev.stoker.io.asset.IoFailure;

/** Takes every answer that says it succeeded. */
class AnySuccess implements RangeCheck {
  @Override
  public boolean accepts(AnswerHead head) {
    return head.status() / 100 == 2;
  }

  @Override
  public IoFailure refusal(HttpAnswer refused) {
    return new IoFailure.NotFound("The server said " + refused.status() + ".");
  }
}
